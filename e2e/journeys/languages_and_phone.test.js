import assert from 'node:assert/strict';
import { Console } from '../harness/console.js';
import { picturesMove } from '../harness/picture.js';
import { journey } from '../harness/scene.js';

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

journey('on a phone, 390 px wide, a channel is watched in English and in Chinese', async (scene) => {
  const ovc = await scene.ovc();
  const device = await ovc.addDevice({ name: 'Front door' });
  await scene.ovd({ device });
  await ovc.online(device.login_code);

  const console = await Console.open(scene, ovc, PHONE);
  const { page } = console;
  await page.getByRole('link', { name: 'Front door' }).first().waitFor();
  await fits(page);
  await scene.screenshot(page, 'phone-devices');
  await console.openDevice('Front door');
  await picturesMove(console.video());
  await fits(page);
  await scene.screenshot(page, 'phone-live');

  await page.getByRole('button', { name: 'Account and settings' }).click();
  await page.getByText('中文').click();
  await page.getByText('设备').first().waitFor();
  assert.match((await page.locator('html').getAttribute('lang')) ?? '', /^zh/);
  await fits(page);
  await scene.screenshot(page, 'phone-chinese');

  await page.reload();
  await page.getByText('设备').first().waitFor();
});

/** Nothing sticks out to the side. @param {import('playwright-core').Page} page */
async function fits(page) {
  const excess = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.equal(excess, 0, 'the page scrolls sideways');
}

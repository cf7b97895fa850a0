import assert from 'node:assert/strict';
import { Console } from '../harness/console.js';
import { journey } from '../harness/scene.js';

journey('an alarm appears with its picture in a console that is open, and is acknowledged', async (scene) => {
  const ovc = await scene.ovc();
  const device = await ovc.addDevice({ name: 'Front door' });
  const ovd = await scene.ovd({ device });
  await ovc.online(device.login_code);
  const console = await Console.open(scene, ovc);
  const { page } = console;
  const badge = page.getByTestId('alarm-badge');
  await page.getByTestId('nav-alarms').click();
  await page.getByText('No alarms.').waitFor();
  assert.equal(await badge.count(), 0);
  await console.mark();

  await ovd.alarm('start', 'motion', 'somebody at the door');
  const row = page.getByTestId('alarm');
  await row.getByText('somebody at the door').waitFor();
  await row.getByText('Motion').waitFor();
  await row.getByText(/Ongoing/).waitFor();
  await badge.getByText('1', { exact: true }).waitFor();
  await console.imageShown(row.getByTestId('alarm-picture'));
  await scene.screenshot(page, 'alarm');

  await row.getByRole('button', { name: 'Motion' }).click();
  const detail = page.getByTestId('alarm-detail');
  await console.imageShown(detail.getByTestId('alarm-picture'));
  await scene.screenshot(page, 'alarm-detail');
  await page.keyboard.press('a');
  await detail.getByText('Acknowledged').waitFor();
  await badge.waitFor({ state: 'detached' });
  await page.keyboard.press('Escape');
  await detail.waitFor({ state: 'detached' });

  await ovd.alarm('end', 'motion');
  await row.getByText(/Ongoing/).waitFor({ state: 'detached' });

  // Elsewhere in the console a new one is told.
  await page.getByTestId('nav-devices').click();
  await ovd.alarm('start', 'doorbell');
  const toast = page.getByTestId('alarm-toast');
  await toast.getByText('Front door').waitFor();
  await scene.screenshot(page, 'alarm-toast');
  await toast.getByRole('button', { name: 'Doorbell' }).click();
  await detail.getByRole('heading', { name: 'Doorbell' }).waitFor();
  await row.nth(1).waitFor();
  assert.ok(await console.sameDocument(), 'the page was loaded anew');
});

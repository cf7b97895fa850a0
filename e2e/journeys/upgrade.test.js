import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Console } from '../harness/console.js';
import { journey } from '../harness/scene.js';

journey(
  'an image is put into the store, and a device upgraded to it until it is back with the new version',
  async (scene) => {
    const ovc = await scene.ovc();
    const device = await ovc.addDevice({ name: 'Front door' });
    await scene.ovd({ device });
    const { hardware_model } = await ovc.online(device.login_code);
    const image = path.join(await scene.folder(), 'firmware.bin');
    await writeFile(image, randomBytes(700_000));
    const console = await Console.open(scene, ovc);
    const { page } = console;

    await page.getByTestId('nav-organisation').click();
    await page.getByRole('link', { name: 'Firmware' }).click();
    await store(page, { image, hardware: hardware_model, version: '9.1.0' });
    await store(page, { image, hardware: 'Something else', version: '7.0' });
    await scene.screenshot(page, 'firmware-store');

    await page.getByTestId('nav-devices').click();
    await console.openDevice('Front door');
    await console.openTab('firmware');
    await console.mark();
    // What is for other hardware is not offered by itself, and warned of.
    await page.getByTestId('other-models').click();
    await page.getByTestId('other-images').getByTestId('install').click();
    await page.getByTestId('wrong-model').waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();

    await page.getByTestId('images').getByTestId('install').click();
    await page.getByTestId('confirm').click();
    await page.getByTestId('upgrade').waitFor();
    await scene.screenshot(page, 'upgrade-runs');
    await page.locator('[data-testid="upgrade"][data-state="confirmed"]').waitFor({ timeout: 60_000 });
    await page.getByTestId('firmware-now').getByText('9.1.0').waitFor();
    await page.getByTestId('upgrade-row').getByText('The device runs 9.1.0').waitFor();
    await scene.screenshot(page, 'upgrade-confirmed');
    assert.ok(await console.sameDocument(), 'the page was loaded anew');
    assert.equal((await ovc.device(device.login_code)).firmware_model, '9.1.0');
  },
  { within: 150_000 },
);

/**
 * @param {import('playwright-core').Page} page
 * @param {{ image: string, hardware: string, version: string }} what
 */
async function store(page, { image, hardware, version }) {
  await page.getByTestId('add-firmware').click();
  await page.getByTestId('firmware-file').setInputFiles(image);
  await page.getByTestId('firmware-hardware').fill(hardware);
  await page.getByTestId('firmware-version').fill(version);
  await page.getByTestId('firmware-submit').click();
  await page.getByText(`${version} is in the store`).waitFor();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
}

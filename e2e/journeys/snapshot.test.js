import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { Console } from '../harness/console.js';
import { journey } from '../harness/scene.js';

journey('a picture is taken of a device, looked at, saved and deleted', async (scene) => {
  const ovc = await scene.ovc();
  const device = await ovc.addDevice({ name: 'Front door' });
  await scene.ovd({ device });
  await ovc.online(device.login_code);
  const console = await Console.open(scene, ovc);
  const { page } = console;
  await console.openDevice('Front door');
  await console.openTab('snapshots');
  await page.getByText('No pictures yet.').waitFor();

  await page.getByTestId('take-snapshot').click();
  const tile = page.getByTestId('snapshot');
  await tile.waitFor({ timeout: 30_000 });
  const { width, height } = await console.imageShown(tile.locator('img'));
  assert.deepEqual([width, height], [1280, 720], 'the size of the test pattern');
  await scene.screenshot(page, 'snapshots');

  await tile.click();
  await console.imageShown(page.getByTestId('lightbox').locator('img'));
  await scene.screenshot(page, 'snapshot-large');
  const downloading = page.waitForEvent('download');
  await page.getByTestId('snapshot-download').click();
  const bytes = await readFile(await (await downloading).path());
  assert.deepEqual([...bytes.subarray(0, 3)], [0xff, 0xd8, 0xff], 'a JPEG');

  await page.keyboard.press('Delete');
  await page.getByTestId('confirm').click();
  await page.getByText('No pictures yet.').waitFor();
  const { items } = await ovc.api('GET', `/devices/${device.login_code}/snapshots`);
  assert.deepEqual(items, []);
});

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { Console } from '../harness/console.js';
import { journey } from '../harness/scene.js';

journey('the log of a time is asked for, comes in, and is read and searched', async (scene) => {
  const ovc = await scene.ovc();
  const device = await ovc.addDevice({ name: 'Front door' });
  await scene.ovd({ device });
  await ovc.online(device.login_code);
  const console = await Console.open(scene, ovc);
  const { page } = console;
  await console.openDevice('Front door');
  await console.openTab('logs');
  await page.getByText('Nobody has asked this device').waitFor();
  await console.mark();

  await page.getByTestId('logs-hour').click();
  await page.getByTestId('ask-logs').click();
  const row = page.getByTestId('log');
  await row.locator('[data-state="done"]').waitFor({ timeout: 30_000 });
  assert.ok(await console.sameDocument(), 'the page was loaded anew');
  await scene.screenshot(page, 'logs');

  await row.getByTestId('view-log').click();
  const lines = page.getByTestId('log-lines');
  await lines
    .getByText(/logged in/)
    .first()
    .waitFor();
  await page.getByTestId('log-search').fill('LOGGED IN');
  await page
    .getByTestId('log-matches')
    .getByText(/1 \/ \d+/)
    .waitFor();
  assert.ok(Number(await lines.getAttribute('data-rows')) > 0);
  await scene.screenshot(page, 'log-viewer');
  await page.keyboard.press('Escape');
  await lines.waitFor({ state: 'detached' });

  const downloading = page.waitForEvent('download');
  await row.getByRole('button', { name: /Actions/ }).click();
  await page.getByRole('menuitem', { name: 'Download' }).click();
  assert.match(await readFile(await (await downloading).path(), 'utf8'), /INFO/);

  // Of a time before the agent ran there is nothing, which is a fine answer.
  await page.getByTestId('logs-yesterday').click();
  await page.getByTestId('ask-logs').click();
  await page.getByText('Nothing was logged at that time').waitFor({ timeout: 30_000 });
});

import assert from 'node:assert/strict';
import { built } from '../harness/binaries.js';
import { Console } from '../harness/console.js';
import { picturesMove } from '../harness/picture.js';
import { Process } from '../harness/process.js';
import { journey } from '../harness/scene.js';
import path from 'node:path';

journey('a newcomer logs in, adds a device, runs the command shown and watches', async (scene) => {
  const ovc = await scene.ovc();
  const page = await scene.page({ permissions: ['clipboard-read', 'clipboard-write'] });
  const console = new Console(page);
  await page.goto(ovc.url);
  await scene.screenshot(page, 'login');

  await console.logIn('admin', 'a wrong password');
  await page.getByText('Wrong user name or password.').waitFor();
  await console.logIn('admin', ovc.password);
  await page.getByText('Bring your first camera in').waitFor();
  await scene.screenshot(page, 'first-start');

  await page.getByRole('button', { name: 'Add the first device' }).click();
  await page.getByLabel('Name', { exact: true }).fill('Front door');
  await page.getByRole('dialog').getByRole('button', { name: 'Add device' }).click();
  await page.getByText('Waiting for the device to come online…').waitFor();
  await scene.screenshot(page, 'device-added');
  const command = await page.getByTestId('agent-command').innerText();
  assert.match(command, /ovd run --url/);

  // As typed into a shell that finds ovd; nothing is reloaded in the page: presence is pushed.
  const env = { PATH: `${path.dirname(built('ovd'))}:${process.env.PATH}` };
  scene.watch(new Process('the command shown', 'bash', ['-c', `exec env ${command}`], { env }));
  await page.getByText('Front door is online').waitFor();
  await scene.screenshot(page, 'device-online');
  await page.getByRole('link', { name: 'Watch it live' }).click();
  await picturesMove(console.video());

  await page.getByRole('button', { name: 'Account and settings' }).click();
  await page.getByText('Log out').click();
  await page.getByLabel('User name').waitFor();
});

import { built } from '../harness/binaries.js';
import { Console } from '../harness/console.js';
import { Process } from '../harness/process.js';
import { journey } from '../harness/scene.js';
import assert from 'node:assert/strict';

journey('who has the code from the log makes the first administrator in the browser', async (scene) => {
  const ovc = await scene.ovc({ firstRun: true });
  const printed = await ovc.process.logged(/set-up code is \S+/);
  const code = printed.split(' ').at(-1) ?? '';

  const page = await scene.page();
  const console = new Console(page);
  await page.goto(ovc.url);
  await page.getByText('Welcome to OVS').waitFor();
  await scene.screenshot(page, 'first-run');
  const fill = async (/** @type {string} */ code, /** @type {string} */ password) => {
    await page.getByLabel('Set-up code').fill(code);
    await page.getByLabel('User name').fill('mei');
    await page.getByLabel('Password', { exact: true }).fill(password);
    await page.getByLabel('Name of your organisation').fill('Harbour');
    await page.getByRole('button', { name: 'Begin' }).click();
  };
  await fill('00000000', 'three small red boats');
  await page.getByText('This is not the code from the log.').waitFor();
  await fill(code, 'password123');
  await page.getByText(/This password is guessed too soon/).waitFor();
  await fill(code, 'three small red boats');
  await page.getByText('Bring your first camera in').waitFor();
  await scene.screenshot(page, 'first-run-done');

  // The door is shut behind the first.
  const again = await ovc
    .call('POST', '/setup', { code, username: 'eve', password: 'four small red boats' })
    .catch((/** @type {import('../harness/ovc.js').ApiError} */ error) => error);
  assert.equal(again.code, 'already_set_up');
  assert.deepEqual(await ovc.call('GET', '/setup'), { needed: false });

  await page.getByRole('button', { name: 'Account and settings' }).click();
  await page.getByText('Log out').click();
  await console.logIn('mei', 'three small red boats');
  await page.getByText('Bring your first camera in').waitFor();
});

journey('a weak password for the first administrator is refused before anything starts', async (scene) => {
  const folder = await scene.folder();
  const args = ['serve', '--data-dir', folder, '--http', '127.0.0.1:0', '--rtmp', '127.0.0.1:0'];
  const ovc = scene.watch(new Process('ovc', built('ovc'), args, { env: { OVC_ADMIN_PASSWORD: 'password' } }));
  await ovc.logged(/OVC_ADMIN_PASSWORD/);
  await ovc.exit;
  assert.notEqual(ovc.ended?.code, 0);
});

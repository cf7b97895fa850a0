import assert from 'node:assert/strict';
import { Console } from '../harness/console.js';
import { journey } from '../harness/scene.js';
import { totp } from '../harness/totp.js';

journey('a second factor is set up, asked for, and replaced once by a recovery code', async (scene) => {
  const ovc = await scene.ovc();
  const console = await Console.open(scene, ovc);
  const { page } = console;
  await page.goto(`${ovc.url}/account`);
  await page.getByRole('button', { name: 'Set up' }).click();
  const dialog = page.getByRole('dialog');
  await dialog
    .getByLabel(/password/i)
    .first()
    .fill(ovc.password);
  await dialog.getByRole('button', { name: 'Continue' }).click();
  const secret = await dialog.getByTestId('totp-secret').innerText();
  await scene.screenshot(page, 'totp');
  await dialog.getByLabel('The code that the app shows now').first().fill(totp(secret));
  await dialog.getByRole('button', { name: 'Turn on' }).click();
  await dialog.getByText('Recovery codes').first().waitFor();
  const recovery = (await dialog.getByTestId('recovery-codes').innerText()).split(/\s+/).filter(Boolean);
  assert.equal(recovery.length, 10);
  await scene.screenshot(page, 'recovery-codes');
  await dialog.getByRole('button', { name: 'I have kept them' }).click();

  const logOut = async () => {
    await page.getByRole('button', { name: 'Account and settings' }).click();
    await page.getByText('Log out', { exact: true }).first().click();
    await page.getByLabel('User name').waitFor();
  };
  await logOut();
  await console.logIn('admin', ovc.password);
  await page.getByText('Your password is right.').waitFor();
  await scene.screenshot(page, 'code-asked');
  await page.getByLabel('Code of six digits').first().fill('000000');
  await page.getByText(/This code is not right/).waitFor();
  // The code of the next half minute is taken too, and was not used yet.
  await page
    .getByLabel('Code of six digits')
    .first()
    .fill(totp(secret, Date.now() + 30_000));
  await page.getByText('Bring your first camera in').waitFor();

  await logOut();
  await console.logIn('admin', ovc.password);
  await page.getByText('Use a recovery code').click();
  await page.getByLabel('Recovery code').fill(recovery[0]);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByText('Bring your first camera in').waitFor();
  const used = await ovc
    .call('POST', '/login', { username: 'admin', password: ovc.password, code: recovery[0] })
    .catch((/** @type {import('../harness/ovc.js').ApiError} */ error) => error);
  assert.equal(used.code, 'bad_code');
});

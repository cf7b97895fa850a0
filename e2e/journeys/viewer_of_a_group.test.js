import assert from 'node:assert/strict';
import { Console } from '../harness/console.js';
import { picturesMove } from '../harness/picture.js';
import { journey } from '../harness/scene.js';

journey('somebody invited as viewer of a group sees and watches that group, and nothing else', async (scene) => {
  const ovc = await scene.ovc();
  const { tenants } = await ovc.api('GET', '/me');
  const tenant = tenants[0].id;
  const group = await ovc.api('POST', `/tenants/${tenant}/groups`, { name: 'Harbour' });
  const quay = await ovc.addDevice({ name: 'Quay', group: group.id });
  const vault = await ovc.addDevice({ name: 'Vault' });
  await scene.ovd({ device: quay });
  await scene.ovd({ device: vault });
  await Promise.all([ovc.online(quay.login_code), ovc.online(vault.login_code)]);

  // The owner makes a link.
  const owner = await Console.open(scene, ovc);
  await owner.page.goto(`${ovc.url}/organisations/${tenant}/people`);
  await owner.page.getByRole('button', { name: 'Invite somebody' }).click();
  const dialog = owner.page.getByRole('dialog');
  await dialog.getByTestId('reach-parts').check();
  await dialog.getByTestId('grant-group').click();
  await owner.page.getByRole('option', { name: 'Harbour' }).click();
  await scene.screenshot(owner.page, 'invite');
  await dialog.getByRole('button', { name: 'Make the link' }).click();
  const link = await dialog.getByTestId('invitation-link').innerText();

  // The guest opens it.
  const page = await scene.page();
  await page.goto(link);
  await page.getByText('admin invites you to Home.').waitFor();
  await scene.screenshot(page, 'invited');
  await page.getByLabel('User name').fill('guest');
  await page.getByLabel('Password', { exact: true }).fill('a friend of the harbour');
  await page.getByRole('button', { name: 'Make an account and join' }).click();
  await page.getByRole('link', { name: 'Quay' }).first().waitFor();
  assert.equal(await page.getByText('Vault').count(), 0);
  await scene.screenshot(page, 'viewer-of-a-group');
  const guest = new Console(page);
  await guest.openDevice('Quay');
  await picturesMove(guest.video());

  // What is not his is not there, by whatever way he asks.
  const { token } = await ovc.logIn('guest', 'a friend of the harbour');
  for (const [method, route] of [
    ['GET', `/devices/${vault.login_code}`],
    ['POST', `/devices/${vault.login_code}/channels/0/live`],
    ['POST', `/devices/${vault.login_code}/rpc`],
  ]) {
    const refused = await ovc
      .call(method, route, method === 'POST' ? { method: 'DevInfo' } : undefined, token)
      .catch((/** @type {import('../harness/ovc.js').ApiError} */ error) => error);
    assert.equal(refused.status, 404, `${method} ${route}`);
  }
  await page.goto(`${ovc.url}/devices/${vault.login_code}`);
  await page
    .getByText(/no such device|not here|not found/i)
    .first()
    .waitFor();
});

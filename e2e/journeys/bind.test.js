import assert from 'node:assert/strict';
import { Console } from '../harness/console.js';
import { journey } from '../harness/scene.js';
import { until } from '../harness/wait.js';

journey(
  'a device from stock is bound by the text of the QR code; another organisation is refused it',
  async (scene) => {
    const ovc = await scene.ovc();
    const device = await ovc.stockDevice('Boxed camera');
    const ovd = await scene.ovd({ device });
    await ovc.online(device.login_code);
    const other = await ovc.otherTenant('Neighbours', 'nina');

    const owner = await Console.open(scene, ovc, { permissions: ['clipboard-read', 'clipboard-write'] });
    const { page } = owner;
    await page
      .getByRole('button', { name: /Bind a device/ })
      .first()
      .click();
    await page.getByTestId('bind-name').fill('Front door');
    await page.getByTestId('bind-make').click();
    await page.getByText('Waiting for the device…').waitFor();
    await page.getByTestId('bind-wifi').click();
    await page.getByTestId('bind-ssid').fill('our "wifi"');
    await page.getByTestId('bind-wifi-password').fill('its key');
    await scene.screenshot(page, 'bind');
    const text = await page.getByTestId('bind-qr-text').innerText();
    const qr = JSON.parse(text);
    assert.deepEqual(Object.keys(qr).sort(), ['id', 'pwd', 'ssid']);
    assert.equal(qr.ssid, 'our "wifi"');

    const begun = Date.now();
    await ovd.bind(text);
    await page.getByText('Front door is yours now').waitFor();
    scene.note(`bound ${Date.now() - begun} ms after the agent began`);
    await scene.screenshot(page, 'bound');
    await page.getByTestId('bind-open').click();
    await page.getByRole('heading', { name: 'Front door' }).waitFor();

    // The same device elsewhere: refused, and told why; its holder keeps it.
    const nina = await scene.page();
    await nina.goto(ovc.url);
    await new Console(nina).logIn(other.username, other.password);
    await nina
      .getByRole('button', { name: /Bind a device/ })
      .first()
      .click();
    await nina.getByTestId('bind-make').click();
    await nina.getByText('Waiting for the device…').waitFor();
    const theirs = JSON.parse(await nina.getByTestId('bind-qr-text').innerText());
    await ovd.bind(theirs.id);
    await nina.getByText(/Another organisation holds this device/).waitFor();
    await scene.screenshot(nina, 'bind-refused');
    assert.equal((await ovc.device(device.login_code)).name, 'Front door');

    // Released by its holder, it may go there.
    await ovc.api('POST', `/devices/${device.login_code}/release`, {});
    await nina.getByTestId('bind-again').click();
    await nina.getByText('Waiting for the device…').waitFor();
    await ovd.bind(await nina.getByTestId('bind-qr-text').innerText());
    await nina.getByText(/is yours now/).waitFor();
    await until('the other organisation has it', async () => {
      const found = await ovc.call('GET', `/devices/${device.login_code}`, undefined, other.token);
      return found.tenant?.id === other.id;
    });
    const { items } = await ovc.call('GET', `/audit?tenant=${other.id}`, undefined, other.token);
    assert.ok(items.length > 0);
  },
);

import assert from 'node:assert/strict';
import { Console } from '../harness/console.js';
import { ScriptedDevice } from '../harness/device.js';
import { journey } from '../harness/scene.js';
import { until } from '../harness/wait.js';

journey('a setting changed in the console is there after the agent was started again', async (scene) => {
  const ovc = await scene.ovc();
  const device = await ovc.addDevice({ name: 'Porch' });
  const ovd = await scene.ovd({ device });
  await ovc.online(device.login_code);

  const console = await Console.open(scene, ovc);
  const { page } = console;
  await console.openDevice('Porch');
  await page.getByRole('link', { name: 'Settings' }).click();
  const quality = page.getByRole('combobox', { name: 'Quality' });
  await quality.click();
  await page.getByRole('option', { name: 'Low' }).click();
  await page.getByRole('switch', { name: 'Mirror left and right' }).click();
  await page.getByRole('button', { name: 'Show what is sent' }).click();
  assert.deepEqual(JSON.parse(await page.getByTestId('config-change').innerText()), {
    channls: { 0: { video_encoding: { quality: 'ld' }, image: { horflip: true } } },
  });
  await scene.screenshot(page, 'configuration');

  // Whoever leaves now is asked.
  await page.getByTestId('tab-overview').click();
  await page.getByText('Leave without saving?').waitFor();
  await page.getByRole('button', { name: 'Cancel' }).click();

  await page.getByTestId('config-save').click();
  await page.getByText('The device has taken the settings over').waitFor();
  await page.getByTestId('config-bar').waitFor({ state: 'detached' });

  const { state } = ovd;
  await ovd.stop();
  const again = await scene.ovd({ device, state });
  await again.logged(/logged in/);
  await ovc.online(device.login_code);
  await page.reload();
  await until('the quality is kept', async () => (await quality.inputValue()) === 'Low');
  assert.ok(await page.getByRole('switch', { name: 'Mirror left and right' }).isChecked());
  const { config } = await ovc.api('GET', `/devices/${device.login_code}/config`);
  assert.equal(config.channls[0].video_encoding.quality, 'ld');
  assert.equal(config.channls[0].image.horflip, true);
});

journey(
  'what a device says against a setting stands beside it, and what only its maker knows is kept',
  async (scene) => {
    const ovc = await scene.ovc();
    const credentials = await ovc.addDevice({ name: 'Yard' });
    const config = {
      channls: {
        0: {
          video_encoding: { encoder: 'h264', quality: 'hd', fps: 25 },
          image: { horflip: false, verflip: false },
          ir: 3,
        },
      },
      log_level: 2,
      tz: 8,
      auto_reboot: { on: false, cycle: 604_800, start: 7200, end: 21_600 },
      extension: { relay: [1, 2] },
    };
    const device = await ScriptedDevice.login(scene, credentials, {
      GetConfig: () => ({ resp: config }),
      SetConfig: (/** @type {any} */ change) => {
        const wanted = change.channls?.[0]?.video_encoding?.quality;
        if (wanted === 'fhd') {
          return { err: { code: 13, msg: 'channls.0.video_encoding.quality: the lens cannot' } };
        }
        Object.assign(config.channls[0].image, change.channls?.[0]?.image);
        Object.assign(config.auto_reboot, change.auto_reboot);
        Object.assign(config.extension, change.extension);
        return { resp: {} };
      },
    });
    await ovc.online(credentials.login_code);
    const console = await Console.open(scene, ovc);
    const { page } = console;
    await page.goto(`${ovc.url}/devices/${credentials.login_code}/config`);

    // Read-only is shown, and nothing to type into.
    await page.getByTestId('config-fact').getByText('25 fps').waitFor();

    await page.getByRole('combobox', { name: 'Quality' }).click();
    await page.getByRole('option', { name: 'Full HD' }).click();
    await page.getByRole('switch', { name: 'Turn upside down' }).click();
    await page.getByTestId('config-save').click();
    const field = page.locator('[data-path="channls.0.video_encoding.quality"]');
    await field.getByText('does not support this setting').waitFor();
    await field.getByText('the lens cannot').waitFor();
    await scene.screenshot(page, 'configuration-refused');
    await field.getByRole('button', { name: 'Undo: Quality' }).click();

    await page.getByLabel('Not before', { exact: true }).fill('03:30');
    await page.getByLabel('extension', { exact: true }).fill('{"relay": [1, 2, 3]}');
    await page.getByTestId('config-save').click();
    await page.getByText('The device has taken the settings over').waitFor();
    const sent = device.received.filter(({ req }) => req === 'SetConfig').at(-1)?.params;
    assert.deepEqual(sent, {
      channls: { 0: { image: { verflip: true } } },
      auto_reboot: { start: 12_600 },
      extension: { relay: [1, 2, 3] },
    });
  },
);

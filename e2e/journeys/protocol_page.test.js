import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Console } from '../harness/console.js';
import { ProtocolPage } from '../harness/protocol_page.js';
import { journey } from '../harness/scene.js';
import { until } from '../harness/wait.js';

journey('a device maker watches what passes, sends, and sees a broken message end the connection', async (scene) => {
  const ovc = await scene.ovc();
  const device = await ovc.addDevice({ name: 'Prototype' });
  const ovd = await scene.ovd({ device });
  await ovc.online(device.login_code);
  const { page } = await Console.open(scene, ovc, { acceptDownloads: true });
  const protocol = new ProtocolPage(page);

  // The address that the protocol names leads to the device's page.
  await page.goto(`${ovc.url}/?login_code=${device.login_code}`);
  await page.waitForURL(`**/devices/${device.login_code}/protocol`);
  await protocol.connected();
  await protocol.messages({ method: 'Keepalive', kind: 'request', direction: 'up' }).first().waitFor();
  await protocol.messages({ method: 'Keepalive', kind: 'answer', direction: 'down' }).first().waitFor();

  // A method by its form: filled with the protocol's own example.
  await protocol.choose('SyncTime');
  await page.getByTestId('field-offset').fill('3600');
  await page.getByTestId('send').click();
  const asked = protocol.messages({ method: 'SyncTime', kind: 'request', direction: 'down' });
  await asked.waitFor();
  await protocol.messages({ method: 'SyncTime', kind: 'answer', direction: 'up' }).waitFor();
  await asked.click();
  await page.getByTestId('pretty-json').getByText('3600').waitFor();
  await page.getByText('Show the answer').click();
  await page.getByTestId('message-detail').getByText('Answer', { exact: false }).first().waitFor();
  await scene.screenshot(page, 'protocol-message');

  // A parameter is missing: said at its place, and answered with error 12.
  await protocol.choose('KeepAwaken');
  await page.getByText('JSON', { exact: true }).first().click();
  await page.getByTestId('compose-json').fill('{"channel": 0}');
  await page.getByTestId('send').click();
  const faulty = protocol.messages({ method: 'KeepAwaken', kind: 'request', level: 'error' });
  await faulty.waitFor();
  await protocol.messages({ method: 'KeepAwaken', kind: 'error', direction: 'up' }).waitFor();
  await faulty.click();
  await page.locator('[data-testid=verdict][data-path="params.expired"]').waitFor();

  // By hand, with a number of its own: the connection lives on, and so do the cloud's own requests.
  await protocol.sendRaw('{"req": "Teleport", "seq": 4242}');
  await protocol.messages({ method: 'Teleport', kind: 'error', direction: 'up' }).waitFor();
  await protocol.choose('QueryTime');
  await page.getByTestId('send').click();
  await protocol.messages({ method: 'QueryTime', kind: 'answer', direction: 'up' }).waitFor();
  assert.equal(await protocol.messages({ kind: 'close' }).count(), 0);

  // What is no JSON ends the connection from the device's end, with the right code; then it logs in again.
  await protocol.sendRaw('{"req": "QueryTime", "seq": ');
  await protocol.messages({ kind: 'malformed', direction: 'down', level: 'error' }).waitFor();
  const closed = protocol.messages({ kind: 'close', direction: 'up' });
  await closed.waitFor();
  await closed.click();
  await page.getByTestId('pretty-json').getByText('1007').waitFor();
  await scene.screenshot(page, 'protocol-closed');
  await protocol.messages({ kind: 'login', direction: 'up' }).first().waitFor({ timeout: 30_000 });
  await protocol.connected();

  // Filtered, saved and opened again: what was filtered is what is in the file.
  await page.getByTestId('message-search').fill('Teleport');
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByTestId('save').click()]);
  const file = path.join(await scene.folder(), 'saved.jsonl');
  await download.saveAs(file);
  const lines = (await readFile(file, 'utf8')).trim().split('\n');
  const saved = lines.map((line) => JSON.parse(line)).filter(({ type }) => type === 'message');
  assert.deepEqual(
    saved.map(({ kind, by_hand }) => [kind, by_hand ?? false]),
    [
      ['request', true],
      ['error', false],
    ],
  );
  assert.ok(!(await readFile(file, 'utf8')).includes(device.login_passwd));
  await page.getByTestId('message-search').fill('');
  await page.setInputFiles('input[type=file]', file);
  await page.getByTestId('opened-file').waitFor();
  assert.equal(await protocol.count(), lines.length);
  await page.getByRole('button', { name: 'Back to what passes now' }).click();

  // Paused, nothing moves; then what waited is there.
  await page.getByTestId('pause').click();
  const before = await protocol.count();
  await protocol.choose('GetCap');
  await page.getByTestId('send').click();
  await page.getByText(/Go on \([2-9]\d* waiting\)/).waitFor();
  assert.equal(await protocol.count(), before);
  await page.getByTestId('pause').click();
  await protocol.messages({ method: 'GetCap', kind: 'answer' }).waitFor();

  // Who looked and what was sent by hand is in the audit log, without its contents.
  const { items } = await ovc.api('GET', '/audit');
  const log = items.map((/** @type {any} */ entry) => `${entry.action} ${entry.target} ${entry.detail}`);
  assert.ok(log.includes(`send_protocol_message device ${device.login_code} KeepAwaken`), log.join('\n'));
  assert.ok(log.some((/** @type {string} */ line) => line.startsWith('watch_protocol ')));
  assert.equal(ovd.ended, undefined);
});

journey('thousands of messages stay smooth, and what passed too fast is said', async (scene) => {
  const ovc = await scene.ovc({ config: '[gateway]\nmessages_per_second = 0\nbytes_per_second = 0\n' });
  const device = await ovc.addDevice({ name: 'Talker' });
  const { page } = await Console.open(scene, ovc);
  const protocol = new ProtocolPage(page);
  await page.goto(`${ovc.url}/?login_code=${device.login_code}`);
  await protocol.view.waitFor();
  const { ScriptedDevice } = await import('../harness/device.js');
  const talker = await ScriptedDevice.login(scene, device);
  await protocol.connected();
  for (let round = 0; round < 60; round += 1) {
    for (let n = 0; n < 50; n += 1) talker.keepalive();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await until('the list is full', async () => (await protocol.count()) === 5000, { within: 20_000 });
  // Only what is in sight is drawn.
  assert.ok((await protocol.messages().count()) < 100);
  const longest = await page.evaluate(async () => {
    const frame = document.querySelector('[data-testid=messages]');
    let last = performance.now();
    let worst = 0;
    for (let n = 0; n < 60; n += 1) {
      if (frame) frame.scrollTop = (frame.scrollHeight * ((n * 37) % 60)) / 60;
      await new Promise(requestAnimationFrame);
      worst = Math.max(worst, performance.now() - last);
      last = performance.now();
    }
    return worst;
  });
  scene.note(`longest frame while scrolling: ${longest.toFixed(0)} ms`);
  assert.ok(longest < 500, `a frame took ${longest} ms`);
  await page.getByText('To the newest').click();
});

import assert from 'node:assert/strict';
import { built } from '../harness/binaries.js';
import { ScriptedDevice } from '../harness/device.js';
import { freePorts } from '../harness/ports.js';
import { Process } from '../harness/process.js';
import { ProtocolPage } from '../harness/protocol_page.js';
import { journey } from '../harness/scene.js';
import { until } from '../harness/wait.js';

/** @param {import('../harness/scene.js').Scene} scene @param {string[]} [args] */
async function startSim(scene, args = []) {
  const [port] = await freePorts(1);
  const options = ['sim', '--http', `127.0.0.1:${port}`, ...args];
  const sim = scene.watch(new Process('ovc sim', built('ovc'), options));
  await sim.logged(/Nothing is stored/);
  return { sim, url: `http://127.0.0.1:${port}`, dap_url: `ws://127.0.0.1:${port}/ovc` };
}

journey(
  'a device maker tries a device at the simulated cloud, without a login and with nothing stored',
  async (scene) => {
    const { sim, url, dap_url } = await startSim(scene);
    const device = { login_code: 'prototype-7', login_passwd: 'whatever it is', dap_url };
    await scene.ovd({ device });

    const page = await scene.page();
    await page.goto(`${url}/?login_code=${device.login_code}`);
    const protocol = new ProtocolPage(page);
    await protocol.connected();
    // What passed before the page was opened is there, too.
    await protocol.messages({ kind: 'login' }).waitFor();
    await protocol.messages({ method: 'GetServerInfo', kind: 'answer', direction: 'down' }).waitFor();
    await protocol.messages({ method: 'Keepalive', kind: 'request', direction: 'up' }).first().waitFor();
    assert.ok(!(await page.content()).includes('whatever it is'));
    await protocol.choose('DevInfo');
    await page.getByTestId('send').click();
    const answer = protocol.messages({ method: 'DevInfo', kind: 'answer', direction: 'up' });
    await answer.waitFor();
    assert.equal(await answer.getAttribute('data-level'), null);
    await scene.screenshot(page, 'sim');

    // Another code is another room.
    const other = await scene.page();
    await other.goto(url);
    await other.getByLabel('Login code of the device').fill('prototype-8');
    await other.getByRole('button', { name: 'Open' }).click();
    const theirs = new ProtocolPage(other);
    await other.getByText('Waiting for the device to log in').waitFor();
    const second = await ScriptedDevice.login(scene, { ...device, login_code: 'prototype-8' });
    await theirs.connected();
    await theirs.messages({ method: 'Keepalive', kind: 'answer' }).first().waitFor();
    const seen = await theirs.count();
    await protocol.choose('GetCap');
    await page.getByTestId('send').click();
    await protocol.messages({ method: 'GetCap', kind: 'answer' }).waitFor();
    assert.equal(await theirs.count(), seen);

    // A second login with the same code takes over.
    await ScriptedDevice.login(scene, { ...device, login_code: 'prototype-8' });
    await theirs.messages({ kind: 'close', direction: 'down' }).first().waitFor();
    await until('the first is closed', () => second.socket.readyState === second.socket.CLOSED);

    const { code } = await sim.stop();
    assert.equal(code, 0);
  },
);

journey('the simulated cloud lets only those in that were named', async (scene) => {
  const { dap_url } = await startSim(scene, ['--device', 'cam-1:its-own-password']);
  const good = { login_code: 'cam-1', login_passwd: 'its-own-password', dap_url };
  await ScriptedDevice.login(scene, good);
  for (const bad of [
    { ...good, login_passwd: 'another' },
    { ...good, login_code: 'cam-2' },
  ]) {
    await assert.rejects(ScriptedDevice.login(scene, bad), /401/);
  }
});

import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePorts } from '../harness/ports.js';
import { Process } from '../harness/process.js';
import { journey } from '../harness/scene.js';
import { until } from '../harness/wait.js';

const DEMO = fileURLToPath(new URL('../../scripts/demo.mjs', import.meta.url));

journey('the demo prints where to log in, stops in order, and runs again', async (scene) => {
  const data = await scene.folder();
  const [http, rtmp] = await freePorts(2);
  const env = { HTTP: String(http), RTMP: String(rtmp), DATA: data };
  const start = () => scene.watch(new Process('demo', process.execPath, [DEMO], { env }));

  /** Logs in with what is printed; returns the password. @param {Process} demo */
  const tried = async (demo) => {
    const line = await demo.logged(/password {2}/, { within: 40_000 });
    const password = /password {2}(\S+)/.exec(line)?.[1] ?? '';
    const post = { method: 'POST', headers: { 'content-type': 'application/json' } };
    const body = JSON.stringify({ username: 'admin', password });
    const login = await fetch(`http://127.0.0.1:${http}/api/v1/login`, { ...post, body });
    assert.equal(login.status, 200);
    const headers = { authorization: `Bearer ${(await login.json()).token}` };
    const devices = await (await fetch(`http://127.0.0.1:${http}/api/v1/devices?presence=online`, { headers })).json();
    assert.equal(devices.total, 2);
    return password;
  };

  const first = start();
  const password = await tried(first);
  assert.equal((await stat(path.join(data, 'admin-password'))).mode & 0o777, 0o600);

  const second = start();
  await second.logged(new RegExp(`port ${http} is taken`));
  await until('the second demo gives up', () => second.ended);
  assert.equal(second.ended?.code, 1);

  assert.deepEqual(await first.stop({ signal: 'SIGINT' }), { code: 0, signal: null });
  const again = start();
  assert.equal(await tried(again), password, 'the password is kept');
  assert.deepEqual(await again.stop({ signal: 'SIGINT' }), { code: 0, signal: null });
});

// `make demo`: a cloud and two devices on this machine, until Ctrl-C.
//
// HTTP and RTMP choose the ports, DATA the folder (demo-data) that keeps the database, the logs and the
// administrator's password from one run to the next.

import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const HTTP = Number(process.env.HTTP || 8080);
const RTMP = Number(process.env.RTMP || 1935);
const DATA = path.resolve(ROOT, process.env.DATA || 'demo-data');
const BIN = path.resolve(ROOT, process.env.CARGO_TARGET_DIR || 'target', 'debug');
const URL_BASE = `http://localhost:${HTTP}`;

const DEVICES = [
  { login_code: '1000000000000001', name: 'Demo camera', channels: 1 },
  { login_code: '1000000000000002', name: 'Demo recorder', channels: 3 },
];

/** Something a person can put right: said without a stack. */
class Trouble extends Error {}

/** @typedef {{ name: string, process: import('node:child_process').ChildProcess, log: string }} Running */
/** @type {Running[]} */
const running = [];
let stopping = false;

/**
 * Starts a program whose output goes to a log file. In a process group of its own: Ctrl-C in the terminal comes to us
 * alone, and we stop devices before the cloud.
 *
 * @param {string} name @param {string} program @param {string[]} args @param {Record<string, string>} env
 */
function start(name, program, args, env) {
  const log = path.join(DATA, `${name}.log`);
  const out = openSync(log, 'w');
  const child = spawn(path.join(BIN, program), args, {
    detached: true,
    env: { ...process.env, ...env },
    stdio: ['ignore', out, out],
  });
  const started = { name, process: child, log };
  running.push(started);
  child.on('error', (error) => void fail(new Trouble(`cannot start ${program}: ${error.message}`)));
  child.on('exit', (code, signal) => {
    if (!stopping)
      void fail(new Trouble(`${name} ended by itself (${signal ?? code}); the end of ${log}:\n${tail(log)}`));
  });
}

/** Ends everything, the last started first. */
async function stop() {
  stopping = true;
  for (const { name, process: child } of running.splice(0).reverse()) {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) continue;
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    const ended = await Promise.race([gone.then(() => true), pause(12_000, false, { ref: false })]);
    if (!ended) {
      console.error(`${name} did not stop in 12 s: killed`);
      child.kill('SIGKILL');
    }
  }
}

/** @param {unknown} error */
async function fail(error) {
  if (stopping) return;
  await stop();
  console.error(error instanceof Trouble ? `\nerror: ${error.message}\n` : error);
  process.exit(1);
}

/** @param {string} file */
function tail(file) {
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-15).join('\n');
}

/** @param {number} port @param {string} variable */
async function mustBeFree(port, variable) {
  const server = createServer();
  try {
    server.listen(port, '0.0.0.0');
    await once(server, 'listening');
  } catch (error) {
    const why =
      /** @type {NodeJS.ErrnoException} */ (error).code === 'EADDRINUSE' ? 'is taken' : `cannot be used (${error})`;
    throw new Trouble(`port ${port} ${why}. Choose another: make demo ${variable}=${port + 1000}`);
  } finally {
    server.close();
  }
}

/** The administrator's password: made on the first run, found again on the next. */
function adminPassword() {
  const file = path.join(DATA, 'admin-password');
  if (existsSync(file)) return { password: readFileSync(file, 'utf8').trim(), file, known: true };
  if (existsSync(path.join(DATA, 'ovc'))) {
    throw new Trouble(`${DATA} has a cloud, but its password is not there any more: remove ${DATA} to begin anew`);
  }
  const password = randomBytes(9).toString('base64url');
  writeFileSync(file, `${password}\n`, { mode: 0o600 });
  return { password, file, known: false };
}

/** @template T @param {string} what @param {() => Promise<T | undefined | false>} probe @returns {Promise<T>} */
async function until(what, probe) {
  for (const deadline = Date.now() + 30_000; Date.now() < deadline && !stopping; await pause(100)) {
    const value = await probe().catch(() => undefined);
    if (value) return value;
  }
  throw new Trouble(`not within 30 s: ${what}; see the logs in ${DATA}`);
}

/** A client of the API. @param {string} password */
async function signIn(password) {
  /** @type {(method: string, route: string, body?: unknown, token?: string) => Promise<Response>} */
  const request = (method, route, body, token) =>
    fetch(`${URL_BASE}/api/v1${route}`, {
      method,
      headers: {
        'content-type': 'application/json',
        ...(token && { authorization: `Bearer ${token}` }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  const answer = await request('POST', '/login', {
    username: 'admin',
    password,
  });
  if (!answer.ok) throw new Trouble(`login as admin failed (${answer.status}): remove ${DATA} to begin anew`);
  const { token } = await answer.json();
  return {
    /** @param {string} method @param {string} route @param {unknown} [body] @param {number[]} [accept] */
    async call(method, route, body, accept = []) {
      const response = await request(method, route, body, token);
      if (!response.ok && !accept.includes(response.status)) {
        throw new Error(`${method} ${route}: ${response.status} ${await response.text()}`);
      }
      return { status: response.status, body: await response.json() };
    },
  };
}

/**
 * A device with everything that a PC can show: a disk, a battery that drains, an alarm now and then.
 * @param {string} login_code @param {number} channels @param {string} state
 */
function deviceConfig(login_code, channels, state) {
  const channel = '[[channel]]\nsource = "test"\n';
  const alarm = '[[channel.alarm]]\ntype = "motion"\nevery = "10m"\nlasts = "20s"\ntext = "Motion (simulated)"\n';
  return [
    `url = "ws://localhost:${HTTP}/ovc"`,
    `login_code = ${JSON.stringify(login_code)}`,
    `state_dir = ${JSON.stringify(state)}`,
    `[disk]\npath = ${JSON.stringify(path.join(state, 'card'))}\nsize = "256 MiB"`,
    '[battery]\ndrain_per_hour = 12',
    channel + alarm,
    ...Array.from({ length: channels - 1 }, () => channel),
  ].join('\n\n');
}

/** @param {Awaited<ReturnType<typeof signIn>>} api @param {typeof DEVICES[number]} device */
async function startDevice(api, { login_code, name, channels }) {
  let { status, body } = await api.call('POST', '/devices', { login_code, name }, [409]);
  // Here since the last run; its password was shown once, so it gets a new one.
  if (status === 409) ({ body } = await api.call('POST', `/devices/${login_code}/password`, {}));
  const state = path.join(DATA, 'ovd', login_code);
  mkdirSync(state, { recursive: true });
  const config = path.join(state, 'ovd.toml');
  writeFileSync(config, deviceConfig(login_code, channels, state));
  start(name.toLowerCase().replaceAll(' ', '-'), 'ovd', ['run', '--config', config], {
    OVD_LOGIN_PASSWD: body.login_passwd,
  });
  await until(`${name} is online`, async () => {
    const { body: device } = await api.call('GET', `/devices/${login_code}`);
    return device.presence === 'online';
  });
}

/** @param {string[]} lines */
function box(lines) {
  const width = Math.max(...lines.map((line) => line.length));
  const bar = '─'.repeat(width + 4);
  return [`┌${bar}┐`, ...lines.map((line) => `│  ${line.padEnd(width)}  │`), `└${bar}┘`].join('\n');
}

async function demo() {
  await mustBeFree(HTTP, 'HTTP');
  await mustBeFree(RTMP, 'RTMP');
  mkdirSync(DATA, { recursive: true });
  const { password, file, known } = adminPassword();
  const serve = [
    'serve',
    '--data-dir',
    path.join(DATA, 'ovc'),
    '--http',
    `0.0.0.0:${HTTP}`,
    '--rtmp',
    `0.0.0.0:${RTMP}`,
  ];
  start('ovc', 'ovc', serve, { OVC_ADMIN_PASSWORD: password });
  await until('the cloud is ready', async () => (await fetch(`${URL_BASE}/readyz`)).ok);
  const api = await signIn(password);
  for (const device of DEVICES) await startDevice(api, device);
  console.log(
    `\n${box([
      'Open video system: the demo is running',
      '',
      `open      ${URL_BASE}`,
      'user      admin',
      `password  ${password}`,
      '',
      `${DEVICES.length} devices are online; open one to watch it live.`,
      'Ctrl-C stops everything.',
    ])}`,
  );
  const folder = path.relative(process.cwd(), DATA) || DATA;
  console.log(
    `\nThe password ${known ? 'is that of the first run, kept' : 'is kept for the next run'} in ${path.relative(process.cwd(), file)};` +
      ` database and logs are in ${folder}/.\nRemove ${folder}/ to begin anew.\n`,
  );
}

for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
  process.on(signal, async () => {
    if (stopping) return;
    console.log('\nstopping…');
    await stop();
    console.log('stopped.');
    process.exit(0);
  });
}
demo().catch(fail);

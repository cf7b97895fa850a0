// The servers that are measured. Each starts on core 0 with a publisher on core 1, and knows where to play.

import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { Program, freePorts, until } from './program.mjs';

export const SERVER_CORE = 0;
export const LOAD_CORE = 1;
/** Channel 0 carries the load, each of the others is started once, cold. */
export const COLD_STARTS = 10;

/**
 * @typedef {{ bin: string, tools: string, folder: string }} Places
 * @typedef {object} Server
 * @property {string} name
 * @property {string} protocol
 * @property {number} pid
 * @property {() => Promise<string>} playUrl
 * @property {((channel: number) => Promise<string>) | null} open starts a channel, where the server can
 * @property {() => Promise<void>} stop
 */

/** @param {number} port */
const listens = (port) => () =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => (socket.destroy(), resolve(true)));
    socket.on('error', () => resolve(false));
  });

/** Ends what was started, should the rest of the start fail. @template T @param {Program[]} programs @param {() => Promise<T>} rest */
async function orStop(programs, rest) {
  try {
    return await rest();
  } catch (error) {
    for (const program of programs) await program.stop();
    throw new Error(`${error}\n${programs.map((program) => program.tail()).join('\n')}`);
  }
}

/** @param {Places} places @param {string} url @returns {Promise<Program>} */
async function publishTo({ bin, folder }, url) {
  const publisher = new Program('publisher', folder, LOAD_CORE, [
    path.join(bin, 'dapctl'),
    ...['load', 'publisher', '--url', url],
  ]);
  return orStop([publisher], async () => {
    await until('the server takes the stream', async () => {
      if (publisher.hasEnded) throw new Error('the publisher has ended');
      return publisher.tail().includes('publishing');
    });
    return publisher;
  });
}

/** @param {Places} places @returns {Promise<Server>} */
async function ovc({ bin, folder }) {
  const data = path.join(folder, 'ovc-data');
  rmSync(data, { recursive: true, force: true });
  const [http, rtmp] = await freePorts(2);
  const base = `http://127.0.0.1:${http}`;
  const password = 'measured here and now';
  const server = new Program(
    'ovc',
    folder,
    SERVER_CORE,
    [path.join(bin, 'ovc'), 'serve', '--data-dir', data, '--http', `127.0.0.1:${http}`, '--rtmp', `127.0.0.1:${rtmp}`],
    { OVC_ADMIN_PASSWORD: password, RUST_LOG: 'warn' },
  );
  /** @type {Program[]} */
  const programs = [server];
  return orStop(programs, async () => {
    await until('ovc is ready', async () => (await fetch(`${base}/readyz`)).ok);
    let token = '';
    /** @param {string} method @param {string} route @param {unknown} [body] @returns {Promise<any>} */
    const api = async (method, route, body) => {
      const response = await fetch(`${base}/api/v1${route}`, {
        method,
        headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
        body: body === undefined ? undefined : JSON.stringify(body),
      });
      const text = await response.text();
      if (!response.ok) throw new Error(`${method} ${route}: ${response.status} ${text}`);
      return JSON.parse(text);
    };
    ({ token } = await api('POST', '/login', { username: 'admin', password }));
    const { login_code, login_passwd } = await api('POST', '/devices', { name: 'bench' });
    const device = ['--device', `ws://127.0.0.1:${http}/ovc`, '--login-code', login_code];
    programs.unshift(
      new Program(
        'publisher',
        folder,
        LOAD_CORE,
        [path.join(bin, 'dapctl'), 'load', 'publisher', ...device, '--channels', String(COLD_STARTS + 1)],
        { OVD_LOGIN_PASSWD: login_passwd },
      ),
    );
    await until('the device is online', async () => (await api('GET', `/devices/${login_code}`)).presence === 'online');
    /** @param {number} channel @returns {Promise<string>} */
    const open = async (channel) => (await api('POST', `/devices/${login_code}/channels/${channel}/live`)).play.flv;
    return {
      name: 'ovc',
      protocol: 'HTTP-FLV',
      pid: server.pid,
      playUrl: () => open(0),
      open,
      stop: async () => {
        for (const program of programs) await program.stop();
      },
    };
  });
}

/** @param {Places} places @returns {Promise<Server>} */
async function nginxRtmp(places) {
  const { folder } = places;
  const [rtmp] = await freePorts(1);
  const prefix = path.join(folder, 'nginx');
  mkdirSync(prefix, { recursive: true });
  const config = path.join(prefix, 'nginx.conf');
  // One process, so that its figures are those of the server.
  writeFileSync(
    config,
    `load_module /usr/lib/nginx/modules/ngx_rtmp_module.so;
daemon off; master_process off; pid ${prefix}/pid; error_log stderr error;
worker_rlimit_nofile 20000;
events { worker_connections 16000; }
rtmp { access_log off; server { listen 127.0.0.1:${rtmp}; chunk_size 4096; application live { live on; } } }
`,
  );
  const server = new Program('nginx-rtmp', folder, SERVER_CORE, ['nginx', '-p', prefix, '-c', config]);
  return orStop([server], async () => {
    await until('nginx listens', listens(rtmp));
    const url = `rtmp://127.0.0.1:${rtmp}/live/bench`;
    const publisher = await publishTo(places, url);
    return {
      name: 'nginx-rtmp',
      protocol: 'RTMP',
      pid: server.pid,
      playUrl: async () => url,
      open: null,
      stop: async () => {
        await publisher.stop();
        await server.stop();
      },
    };
  });
}

/** @param {Places} places @returns {Promise<Server>} */
async function xiu(places) {
  const { folder, tools } = places;
  const [rtmp, http] = await freePorts(2);
  const config = path.join(folder, 'xiu.toml');
  writeFileSync(
    config,
    `[rtmp]
enabled = true
port = ${rtmp}
gop_num = 1
[httpflv]
enabled = true
port = ${http}
[authsecret]
key = "unused"
password = "unused"
[log]
level = "error"
`,
  );
  const server = new Program('xiu', folder, SERVER_CORE, [path.join(tools, 'bin', 'xiu'), '-c', config]);
  return orStop([server], async () => {
    await until('xiu listens', listens(rtmp));
    await until('xiu serves HTTP', listens(http));
    const publisher = await publishTo(places, `rtmp://127.0.0.1:${rtmp}/live/bench`);
    return {
      name: 'xiu',
      protocol: 'HTTP-FLV',
      pid: server.pid,
      playUrl: async () => `http://127.0.0.1:${http}/live/bench.flv`,
      open: null,
      stop: async () => {
        await publisher.stop();
        await server.stop();
      },
    };
  });
}

/** @type {Record<string, (places: Places) => Promise<Server>>} */
export const SERVERS = { ovc, 'nginx-rtmp': nginxRtmp, xiu };

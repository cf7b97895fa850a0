// The cloud under test, and its API as a client sees it.

import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { WebSocket } from 'ws';
import { built } from './binaries.js';
import { freePorts } from './ports.js';
import { Process } from './process.js';
import { soon, until } from './wait.js';

/**
 * @typedef {{ config?: string, firstRun?: boolean, wrap?: string[], dataDir?: string }} OvcOptions
 *   `config` is the text of its TOML file; `firstRun`: nobody can log in yet; `wrap`: words before the command;
 *   `dataDir`: a folder of its own unless given
 * @typedef {{ login_code: string, login_passwd: string, dap_url: string }} NewDevice
 * @typedef {{ stream_id: string, play: { flv: string, fmp4_ws: string } }} Live
 */

/** An answer of the API that is not a success. */
export class ApiError extends Error {
  /** @param {string} what @param {number} status @param {any} body */
  constructor(what, status, body) {
    super(`${what}: ${status} ${JSON.stringify(body)}`);
    this.status = status;
    /** @type {string | undefined} */
    this.code = body?.error?.code;
  }
}

export class Ovc {
  /** @type {Process | undefined} */
  #process;
  /** @type {Promise<string> | undefined} */
  #token;

  /** @param {import('./scene.js').Scene} scene @param {string} folder @param {OvcOptions} [options] */
  constructor(scene, folder, options = {}) {
    this.scene = scene;
    this.folder = folder;
    this.options = options;
    this.password = 'only for these journeys';
    this.port = 0;
    this.rtmpPort = 0;
  }

  get url() {
    return `http://127.0.0.1:${this.port}`;
  }

  get process() {
    if (!this.#process) throw new Error('ovc was not started');
    return this.#process;
  }

  /** Starts it, again on the same ports and data when it ran before, and waits until it is ready. */
  async start() {
    if (!this.port) [this.port, this.rtmpPort] = await freePorts(2);
    const config = path.join(this.folder, 'ovc.toml');
    await writeFile(config, this.options.config ?? '');
    const { wrap = [], dataDir = path.join(this.folder, 'data') } = this.options;
    const args = ['serve', '--config', config, '--data-dir', dataDir];
    args.push('--http', `127.0.0.1:${this.port}`, '--rtmp', `127.0.0.1:${this.rtmpPort}`);
    /** @type {Record<string, string>} */
    const env = { RUST_LOG: 'info' };
    if (!this.options.firstRun) env.OVC_ADMIN_PASSWORD = this.password;
    const [command, ...words] = [...wrap, built('ovc'), ...args];
    this.#process = this.scene.watch(new Process('ovc', command, words, { env }));
    await until('ovc is ready', async () => {
      if (this.process.ended) throw new Error('ovc has ended');
      return (await fetch(`${this.url}/readyz`)).ok;
    });
  }

  /** SIGKILL, as by a power cut. */
  async crash() {
    await this.process.kill();
  }

  /** The administrator's bearer token. */
  async token() {
    // Once for all that want it at the same time.
    this.#token ??= this.logIn('admin', this.password).then(({ token }) => token);
    return this.#token;
  }

  /** @param {string} username @param {string} password @returns {Promise<{ token: string, user: any }>} */
  async logIn(username, password) {
    return this.call('POST', '/login', { username, password });
  }

  /**
   * One API call as administrator.
   *
   * @param {string} method
   * @param {string} route under /api/v1
   * @param {unknown} [body] sent as JSON; a string as CSV
   * @returns {Promise<any>}
   */
  async api(method, route, body) {
    return this.call(method, route, body, await this.token());
  }

  /**
   * One API call of whoever has this token, or of nobody.
   *
   * @param {string} method
   * @param {string} route
   * @param {unknown} [body]
   * @param {string} [token]
   * @returns {Promise<any>}
   */
  async call(method, route, body, token) {
    const csv = typeof body === 'string';
    const response = await fetch(`${this.url}/api/v1${route}`, {
      method,
      headers: {
        'content-type': csv ? 'text/csv' : 'application/json',
        ...(token ? { authorization: `Bearer ${token}` } : {}),
      },
      body: body === undefined ? undefined : csv ? body : JSON.stringify(body),
    });
    const text = await response.text();
    const answer = text ? JSON.parse(text) : undefined;
    if (!response.ok) throw new ApiError(`${method} ${route}`, response.status, answer);
    return answer;
  }

  /** @param {{ login_code?: string, login_passwd?: string, name?: string, group?: number }} [device] @returns {Promise<NewDevice>} */
  async addDevice(device = {}) {
    return this.api('POST', '/devices', device);
  }

  /**
   * Puts a device into the platform's stock, as an import of a maker's list does.
   *
   * @param {string} name @returns {Promise<NewDevice>}
   */
  async stockDevice(name) {
    const login_code = String(1_000_000_000_000_000 + Math.floor(Math.random() * 8_000_000_000_000_000));
    const login_passwd = randomBytes(18).toString('base64url');
    await this.api('POST', '/devices/import', `code,password,model,name\n${login_code},${login_passwd},,${name}\n`);
    return { login_code, login_passwd, dap_url: `ws://127.0.0.1:${this.port}/ovc` };
  }

  /** Another organisation with an owner of its own. @param {string} name @param {string} username */
  async otherTenant(name, username) {
    const { id, owner_link } = await this.api('POST', '/tenants', { name });
    const password = 'the other owner of the tests';
    const token = new URL(owner_link).hash.slice(1);
    const login = await this.call('POST', '/invitations/accept', { token, username, password });
    return { id, username, password, token: login.token };
  }

  /** @param {string} loginCode */
  async device(loginCode) {
    return this.api('GET', `/devices/${loginCode}`);
  }

  /** Waits until the device is logged in. @param {string} loginCode */
  async online(loginCode) {
    return until(`device ${loginCode} is online`, async () => {
      const device = await this.device(loginCode);
      return device.presence === 'online' && device;
    });
  }

  /**
   * Calls a method of the device with any parameters, as somebody does who debugs it.
   *
   * @param {string} loginCode @param {string} method @param {unknown} params
   */
  async callDevice(loginCode, method, params) {
    const headers = { authorization: `Bearer ${await this.token()}` };
    const socket = new WebSocket(`${this.url.replace('http', 'ws')}/api/v1/devices/${loginCode}/protocol`, { headers });
    try {
      /** @type {Promise<any>} */
      const outcome = new Promise((resolve, reject) => {
        socket.on('error', reject);
        socket.on('open', () => socket.send(JSON.stringify({ type: 'call', id: method, method, params })));
        socket.on('message', (data) => {
          const told = JSON.parse(String(data));
          if (told.id === method && ['done', 'failed'].includes(told.type)) resolve(told);
        });
      });
      const { type, code, message } = await soon(`${method} is answered`, outcome, 25_000);
      if (type !== 'done') throw new Error(`${method}: ${code} ${message}`);
    } finally {
      socket.terminate();
    }
  }

  /** Asks for a channel's live stream, as a viewer does. @param {string} loginCode @returns {Promise<Live>} */
  async live(loginCode, channel = 0) {
    return this.api('POST', `/devices/${loginCode}/channels/${channel}/live`);
  }

  /** The stream as `GET /streams` shows it, or undefined. @param {string} streamId */
  async stream(streamId) {
    const { items } = await this.api('GET', '/streams');
    return items.find((/** @type {{ stream_id: string }} */ item) => item.stream_id === streamId);
  }
}

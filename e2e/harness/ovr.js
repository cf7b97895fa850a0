// OVR as a device speaks it, from the text of spec/services.md and nothing else; and a proxy that keeps account of what
// others say through it.

import { HttpProxy } from './http_proxy.js';

/** An answer of OVR that is not a success. */
export class OvrError extends Error {
  /** @param {string} op @param {number} status @param {string} text */
  constructor(op, status, text) {
    super(`${op}: ${status} ${text}`);
    this.status = status;
    /** What the cloud says to it. @type {string | undefined} */
    this.info = undefined;
    try {
      this.info = JSON.parse(text).info;
    } catch {
      // Not the form the protocol wants; the message shows it.
    }
  }
}

/** A device's side of OVR. */
export class OvrClient {
  /** @param {string} url the `cbk_url` of StartCloudRecord */
  constructor(url) {
    this.url = url;
  }

  /** @param {string} op @param {Record<string, string | number | undefined>} [parameters] @returns {Promise<any>} */
  async call(op, parameters = {}) {
    const form = new URLSearchParams({ op });
    for (const [name, value] of Object.entries(parameters)) if (value !== undefined) form.set(name, String(value));
    const response = await fetch(this.url, { method: 'POST', body: form });
    const text = await response.text();
    if (response.status !== 200) throw new OvrError(op, response.status, text);
    return text ? JSON.parse(text) : undefined;
  }

  /**
   * @param {{ size: number, start: number, duration: number, discontinue?: 0 | 1, https?: 0 | 1, last_file_name?: string,
   *   content_type?: string }} segment times in seconds
   * @returns {Promise<{ name: string, uri: string }>}
   */
  async create(segment) {
    return this.call('create', { content_type: 'video/mp2t', ...segment });
  }

  /** @param {string} uri @param {Buffer} bytes */
  async put(uri, bytes) {
    const body = new Uint8Array(bytes);
    const response = await fetch(uri, { method: 'PUT', headers: { 'content-type': 'video/mp2t' }, body });
    const text = await response.text();
    if (!response.ok) throw new OvrError('PUT', response.status, text);
  }

  /** @param {string} name */
  async save(name) {
    return this.call('save', { name });
  }

  /** @param {string} name */
  async fail(name) {
    return this.call('fail', { name });
  }

  /** @returns {Promise<number>} seconds since 1970 */
  async currentTime() {
    return (await this.call('getcurrenttime')).currenttime;
  }

  /** @param {{ dropped_nb?: number, dropped_time?: number }} told */
  async stat(told) {
    return this.call('stat', told);
  }

  /**
   * A whole segment: create, upload, save.
   *
   * @param {Buffer} bytes @param {{ start: number, duration: number, discontinue?: 0 | 1 }} when seconds
   */
  async record(bytes, when) {
    const { name, uri } = await this.create({ ...when, size: bytes.length });
    if (!name) throw new Error('the cloud does not want the segment');
    await this.put(uri, bytes);
    await this.save(name);
    return name;
  }
}

/**
 * A segment as it was seen to be offered. Times in ms.
 *
 * @typedef {{ session: string, name: string, startMs: number, durationMs: number, size: number,
 *   saveAsked: boolean, saved: boolean }} SeenSegment
 *   `saveAsked`: the cloud was asked to list it; `saved`: and has answered that it does
 */

/** Stands between the cloud and one device, and notes what the device says through OVR, and what it is answered. */
export class OvrWitness {
  /** @type {Map<string, SeenSegment>} */
  segments = new Map();
  /** What it told by `stat`. @type {{ session: string, droppedNb: number, droppedMs: number }[]} */
  dropped = [];
  /** Names that it gave up. @type {string[]} */
  failed = [];
  /** How often each status was answered, by operation: `create 200`. @type {Map<string, number>} */
  answers = new Map();

  /** @param {HttpProxy} proxy */
  constructor(proxy) {
    this.proxy = proxy;
    proxy.reads = (method, path) => method === 'POST' && path.startsWith('/live/cseg/');
    proxy.passing = (call) => this.#asked(call);
    proxy.heard = (exchange) => this.#answered(exchange);
  }

  /** @param {import('./scene.js').Scene} scene @param {import('./ovc.js').Ovc} ovc */
  static async start(scene, ovc) {
    return new OvrWitness(await HttpProxy.start(scene, () => ovc.port));
  }

  get port() {
    return this.proxy.port;
  }

  /** @param {{ body: Buffer }} call */
  #asked({ body }) {
    const form = new URLSearchParams(body.toString());
    const name = form.get('op') === 'save' ? form.get('name') : form.get('last_file_name');
    const segment = this.segments.get(name ?? '');
    if (segment) segment.saveAsked = true;
  }

  /** @param {import('./http_proxy.js').Exchange} exchange */
  #answered({ method, path, body, status, answer }) {
    if (!this.proxy.reads(method, path)) {
      const what = `${method} ${path.split('/')[1]} ${status}`;
      if (path.startsWith('/upload/')) this.answers.set(what, (this.answers.get(what) ?? 0) + 1);
      return;
    }
    const form = new URLSearchParams(body.toString());
    const op = form.get('op') ?? '';
    const what = `${op} ${status}`;
    this.answers.set(what, (this.answers.get(what) ?? 0) + 1);
    if (status !== 200) return;
    const session = path.slice('/live/cseg/'.length);
    const saved = this.segments.get((op === 'save' ? form.get('name') : form.get('last_file_name')) ?? '');
    if (saved) saved.saved = true;
    if (op === 'create') {
      const { name } = JSON.parse(answer.toString());
      const startMs = Number(form.get('start')) * 1000;
      const durationMs = Number(form.get('duration')) * 1000;
      const size = Number(form.get('size'));
      // Both empty: the cloud does not want it.
      if (!name) this.answers.set('create unwanted', (this.answers.get('create unwanted') ?? 0) + 1);
      if (name) this.segments.set(name, { session, name, startMs, durationMs, size, saveAsked: false, saved: false });
    } else if (op === 'fail') {
      this.failed.push(form.get('name') ?? '');
    } else if (op === 'stat') {
      const droppedMs = Number(form.get('dropped_time') ?? 0) * 1000;
      this.dropped.push({ session, droppedNb: Number(form.get('dropped_nb') ?? 0), droppedMs });
    }
  }

  get seen() {
    return [...this.segments.values()];
  }
}

// A real S3 server (s3s-fs: checks signatures and their expiry), and a proxy before it that can fail calls.

import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { s3Server } from './binaries.js';
import { HttpProxy } from './http_proxy.js';
import { freePorts } from './ports.js';
import { Process } from './process.js';
import { until } from './wait.js';

const BUCKET = 'footage';
const ACCESS_KEY = 'AKIDEXAMPLE';
const SECRET_KEY = 'only for these journeys';

export class ObjectStore {
  /** @param {HttpProxy} proxy @param {string} folder */
  constructor(proxy, folder) {
    this.proxy = proxy;
    this.folder = folder;
  }

  /** @param {import('./scene.js').Scene} scene */
  static async start(scene) {
    const folder = await scene.folder();
    await mkdir(path.join(folder, BUCKET));
    const [port] = await freePorts(1);
    const args = [
      '--host',
      '127.0.0.1',
      '--port',
      String(port),
      '--access-key',
      ACCESS_KEY,
      '--secret-key',
      SECRET_KEY,
    ];
    const server = scene.watch(new Process('s3s-fs', s3Server(), [...args, folder], { env: { RUST_LOG: 'warn' } }));
    await until('the object store answers', async () => {
      if (server.ended) throw new Error('s3s-fs has ended');
      return await fetch(`http://127.0.0.1:${port}/`).then(() => true);
    });
    const proxy = await HttpProxy.start(scene, () => port);
    return new ObjectStore(proxy, folder);
  }

  /** What goes into the cloud's configuration. */
  get config() {
    return [
      '[blobs]',
      'store = "s3"',
      '[s3]',
      `endpoint = "http://127.0.0.1:${this.proxy.port}"`,
      'region = "us-east-1"',
      `bucket = "${BUCKET}"`,
      `access_key_id = "${ACCESS_KEY}"`,
      `secret_access_key = "${SECRET_KEY}"`,
      'path_style = true',
      '',
    ].join('\n');
  }

  /**
   * From now on one of each two calls fails, in each of the ways in which calls fail; which one of the two, and how, is
   * drawn from `seed`.
   */
  failHalf(seed = 1) {
    const draw = random(seed);
    const ways = /** @type {import('./http_proxy.js').Fate[]} */ ([503, 500, 'before', 'after']);
    let way = 0;
    let owed = 0;
    this.proxy.fate = () => {
      // Of two calls one is `owed`: drawn for the first, and certain for the second when the first was spared.
      const fails = owed === 2 ? true : owed === 1 ? false : draw() < 0.5;
      owed = owed === 0 ? (fails ? 1 : 2) : 0;
      return fails ? ways[way++ % ways.length] : 'pass';
    };
  }

  /** Everything passes again. */
  heal() {
    this.proxy.fate = () => 'pass';
  }
}

/** Numbers from 0 to 1 (mulberry32). @param {number} seed */
function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

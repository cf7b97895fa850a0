// A viewer that reads HTTP-FLV and counts what comes.

import { soon, until } from './wait.js';

export class FlvViewer {
  #stop = new AbortController();
  /** @type {Promise<void> | undefined} */
  #reading;

  /** @param {string} url */
  constructor(url) {
    this.url = url;
    this.bytes = 0;
    this.status = 0;
    this.ended = false;
  }

  /** Connects and waits for the first bytes. @param {import('./scene.js').Scene} scene @param {string} url */
  static async open(scene, url) {
    const viewer = new FlvViewer(url);
    scene.after(() => viewer.close());
    const response = await soon('the FLV viewer is answered', fetch(url, { signal: viewer.#stop.signal }), 10_000);
    viewer.status = response.status;
    if (!response.ok || !response.body) throw new Error(`${url}: ${response.status}`);
    viewer.#reading = viewer.#read(response.body);
    await until('the FLV viewer gets bytes', () => viewer.bytes > 0);
    return viewer;
  }

  /** @param {ReadableStream<Uint8Array>} body */
  async #read(body) {
    try {
      for await (const chunk of /** @type {AsyncIterable<Uint8Array>} */ (/** @type {unknown} */ (body))) {
        this.bytes += chunk.length;
      }
    } catch {
      // Broken off: ended, like an orderly end.
    }
    this.ended = true;
  }

  /** Waits until more media comes than now. @param {{ within?: number }} [limits] */
  async playsOn({ within = 15_000 } = {}) {
    const before = this.bytes;
    await until(`the viewer of ${this.url} plays on`, () => this.bytes > before + 10_000, { within });
  }

  async close() {
    this.#stop.abort();
    await this.#reading;
  }
}

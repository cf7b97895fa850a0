// A viewer that reads HTTP-FLV and keeps account of what comes.

import { FlvReader } from './flv.js';
import { soon, until } from './wait.js';

export class FlvViewer {
  #stop = new AbortController();
  /** @type {Promise<void> | undefined} */
  #reading;

  /** @param {string} url */
  constructor(url) {
    this.url = url;
    /** Video tags seen. */
    this.frames = 0;
    /** The time of the last video tag; it must never go back. */
    this.timeMs = 0;
    this.ended = false;
    /** What was wrong with the bytes, if anything. @type {Error | undefined} */
    this.fault = undefined;
  }

  /** Connects and waits for the first picture. @param {import('./scene.js').Scene} scene @param {string} url */
  static async open(scene, url) {
    const viewer = new FlvViewer(url);
    scene.after(() => viewer.close());
    const response = await soon('the FLV viewer is answered', fetch(url, { signal: viewer.#stop.signal }), 10_000);
    if (!response.ok || !response.body) throw new Error(`${url}: ${response.status}`);
    viewer.#reading = viewer.#read(response.body);
    await viewer.reaches('the first picture', () => viewer.frames > 0);
    return viewer;
  }

  /** @param {ReadableStream<Uint8Array>} body */
  async #read(body) {
    const reader = new FlvReader();
    try {
      for await (const piece of /** @type {AsyncIterable<Uint8Array>} */ (/** @type {unknown} */ (body))) {
        for (const tag of reader.push(piece)) this.#take(tag);
        if (this.fault) break;
      }
    } catch (error) {
      // Broken off is ended, like an orderly end; anything else is a fault of the bytes.
      if (!(error instanceof TypeError || this.#stop.signal.aborted)) this.fault = /** @type {Error} */ (error);
    }
    this.ended = true;
  }

  /** @param {import('./flv.js').Tag} tag */
  #take({ kind, timeMs }) {
    if (kind !== 'video') return;
    if (timeMs < this.timeMs) this.fault = new Error(`video time goes back from ${this.timeMs} to ${timeMs} ms`);
    this.timeMs = timeMs;
    this.frames += 1;
  }

  /**
   * @param {string} what
   * @param {() => boolean} state
   * @param {{ within?: number }} [limits]
   */
  async reaches(what, state, limits) {
    await until(
      `the FLV viewer: ${what}`,
      () => this.fault !== undefined || this.ended || state() || Promise.reject(new Error(`${this.frames} frames`)),
      limits,
    );
    if (this.fault) throw this.fault;
    if (!state()) throw new Error(`the FLV viewer was cut off before: ${what}`);
  }

  /** Waits until more pictures come than now. @param {{ within?: number }} [limits] */
  async playsOn(limits) {
    const before = this.frames;
    await this.reaches('plays on', () => this.frames > before + 10, limits);
  }

  async close() {
    this.#stop.abort();
    await this.#reading;
  }
}

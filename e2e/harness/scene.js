// A journey: one test with its own cloud, devices, cameras and browser. Everything it starts is stopped with it, and
// when it fails the last lines of every process are shown.

import { mkdtemp, mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { openBrowser } from './browser.js';
import { startCamera } from './camera.js';
import { Ovc } from './ovc.js';
import { Ovd } from './ovd.js';
import { soon } from './wait.js';

/** Screenshots and made media. */
export const OUT = fileURLToPath(new URL('../out/', import.meta.url));

const TAIL_LINES = 40;

/**
 * @param {string} name
 * @param {(scene: Scene) => Promise<void>} body
 * @param {{ within?: number, skip?: string | false }} [limits]
 */
export function journey(name, body, { within = 90_000, skip = false } = {}) {
  test(name, { skip }, async () => {
    const scene = new Scene(name);
    let failed = true;
    try {
      await soon('the whole journey', body(scene), within);
      scene.checkLogs();
      failed = false;
    } finally {
      if (failed) await scene.report();
      await scene.close();
    }
  });
}

export class Scene {
  /** @type {import('./process.js').Process[]} */
  #processes = [];
  /** @type {(() => Promise<unknown>)[]} */
  #closers = [];
  /** @type {import('playwright-core').Page[]} */
  #pages = [];

  /** @type {string[]} */
  #notes = [];

  /** @param {string} name */
  constructor(name) {
    this.name = name;
    this.slug = name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, '')
      .slice(0, 60);
  }

  /** Runs when the journey ends; last added, first run. @param {() => Promise<unknown>} close */
  after(close) {
    this.#closers.push(close);
  }

  /** Reported on failure and killed at the end. @template {import('./process.js').Process} P @param {P} process */
  watch(process) {
    this.#processes.push(process);
    this.after(() => process.kill());
    return process;
  }

  /** Something for the report on failure. @param {string} line */
  note(line) {
    this.#notes.push(line);
  }

  /** A folder of this journey's own, removed at its end. */
  async folder() {
    const folder = await mkdtemp(path.join(tmpdir(), 'ovs-e2e-'));
    this.after(() => rm(folder, { recursive: true, force: true }));
    return folder;
  }

  /** A running cloud. @param {import('./ovc.js').OvcOptions} [options] */
  async ovc(options) {
    const ovc = new Ovc(this, await this.folder(), options);
    await ovc.start();
    return ovc;
  }

  /** A running agent. @param {import('./ovd.js').OvdOptions} options */
  async ovd(options) {
    return Ovd.start(this, options);
  }

  /** A running RTSP camera. @param {Parameters<typeof startCamera>[1]} options */
  async camera(options) {
    return startCamera(this, options);
  }

  /** A page of a browser of this journey's own. @param {import('playwright-core').BrowserContextOptions} [options] */
  async page(options) {
    const page = await openBrowser(this, options);
    this.#pages.push(page);
    return page;
  }

  /** Saves what the page shows under e2e/out. @param {import('playwright-core').Page} page @param {string} name */
  async screenshot(page, name) {
    await mkdir(OUT, { recursive: true });
    await page.screenshot({ path: path.join(OUT, `${name}.png`) });
  }

  /** Nothing may have panicked, whatever the outcome. */
  checkLogs() {
    for (const process of this.#processes) {
      const panic = process.lines.find((line) => line.includes('panicked at'));
      if (panic) throw new Error(`${process.name}: ${panic}`);
    }
  }

  async report() {
    for (const line of this.#notes.slice(-TAIL_LINES)) console.error(`── ${this.name}: ${line}`);
    for (const process of this.#processes) {
      const ended = process.ended ? ` (ended: ${JSON.stringify(process.ended)})` : '';
      console.error(`\n── ${this.name}: last lines of ${process.name}${ended}`);
      console.error(process.lines.slice(-TAIL_LINES).join('\n'));
    }
    for (const [index, page] of this.#pages.entries()) {
      const name = `failed-${this.slug}${index ? `-${index + 1}` : ''}`;
      await this.screenshot(page, name).then(
        () => console.error(`── the page: e2e/out/${name}.png (${page.url()})`),
        () => {},
      );
    }
  }

  async close() {
    for (const close of this.#closers.splice(0).reverse()) {
      await close().catch((error) => console.error(`── ${this.name}: while closing: ${error.message}`));
    }
  }
}

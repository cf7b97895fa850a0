// Programs of a measurement: started on a core of their own, stopped, and looked at from outside.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** @param {number} count @returns {Promise<number[]>} */
export async function freePorts(count) {
  // All at once, so that no two are the same.
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => /** @type {import('node:net').AddressInfo} */ (server.address()).port);
  for (const server of servers) server.close();
  return ports;
}

export class Program {
  /**
   * @param {string} name for its log
   * @param {string} folder where the log goes
   * @param {number} core
   * @param {string[]} command
   * @param {Record<string, string>} [env]
   */
  constructor(name, folder, core, command, env = {}) {
    this.name = name;
    this.log = path.join(folder, `${name}.log`);
    const out = openSync(this.log, 'w');
    // taskset becomes the program: one process id for both.
    this.process = spawn('taskset', ['-c', String(core), ...command], {
      env: { ...process.env, ...env },
      stdio: ['ignore', out, out],
    });
    this.gone = once(this.process, 'exit');
  }

  get pid() {
    return /** @type {number} */ (this.process.pid);
  }

  get hasEnded() {
    return this.process.exitCode !== null || this.process.signalCode !== null;
  }

  /** The end of its log, for people. */
  tail() {
    return readFileSync(this.log, 'utf8').trimEnd().split('\n').slice(-5).join('\n');
  }

  async stop() {
    if (this.hasEnded) return;
    this.process.kill('SIGTERM');
    const ended = await Promise.race([this.gone.then(() => true), pause(12_000, false, { ref: false })]);
    if (!ended) this.process.kill('SIGKILL');
    await this.gone;
  }
}

/**
 * Probes until there is an answer. A failing probe is tried again.
 *
 * @template T
 * @param {string} what
 * @param {() => Promise<T | undefined | false>} probe
 * @param {number} [limitMs]
 * @returns {Promise<T>}
 */
export async function until(what, probe, limitMs = 20_000) {
  /** @type {unknown} */
  let last;
  for (const deadline = Date.now() + limitMs; Date.now() < deadline; await pause(50)) {
    const value = await probe().catch((error) => void (last = error));
    if (value) return value;
  }
  throw new Error(`not within ${limitMs / 1000} s: ${what}${last ? ` (${last})` : ''}`);
}

/** How busy a core is, sampled in the background: a process's own account leaves out what the kernel does for it in softirqs. */
export class CoreMeter {
  /** @type {{ atMs: number, busy: number, total: number }[]} */
  #samples = [];
  /** @type {NodeJS.Timeout} */
  #timer;

  /** @param {number} core */
  constructor(core) {
    this.#timer = setInterval(() => {
      const line = readFileSync('/proc/stat', 'utf8').split('\n')[core + 1];
      const [user, nice, system, idle, iowait, irq, softirq, steal] = line.split(/\s+/).slice(1).map(Number);
      const busy = user + nice + system + irq + softirq;
      this.#samples.push({ atMs: Date.now(), busy, total: busy + idle + iowait + steal });
    }, 100);
  }

  /** Of 1, from one moment to another. @param {number} fromMs @param {number} toMs */
  busyShare(fromMs, toMs) {
    const within = this.#samples.filter(({ atMs }) => atMs >= fromMs && atMs <= toMs);
    const [first, last] = [within[0], within.at(-1)];
    return first && last && last.total > first.total ? (last.busy - first.busy) / (last.total - first.total) : null;
  }

  stop() {
    clearInterval(this.#timer);
  }
}

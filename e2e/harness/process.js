// A child process whose output is kept: for waiting on a line, and for the report when a journey fails.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { soon, until } from './wait.js';

const KEPT_LINES = 5000;

export class Process {
  /**
   * @param {string} name shown in reports
   * @param {string} command
   * @param {string[]} args
   * @param {{ env?: Record<string, string>, cwd?: string, input?: boolean }} [options] `env` adds to our own environment;
   *   `input`: it is told things, see `write`
   */
  constructor(name, command, args, { env = {}, cwd, input = false } = {}) {
    this.name = name;
    /** @type {string[]} */
    this.lines = [];
    /** @type {{ code: number | null, signal: NodeJS.Signals | null } | undefined} */
    this.ended = undefined;
    const stdio = /** @type {['pipe' | 'ignore', 'pipe', 'pipe']} */ ([input ? 'pipe' : 'ignore', 'pipe', 'pipe']);
    this.child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio });
    this.exit = new Promise((resolve) => {
      this.child.on('error', (error) => {
        this.lines.push(`cannot start ${command}: ${error.message}`);
        this.ended ??= { code: null, signal: null };
        resolve(this.ended);
      });
      this.child.on('close', (code, signal) => {
        this.ended ??= { code, signal };
        resolve(this.ended);
      });
    });
    for (const stream of [this.child.stdout, this.child.stderr]) if (stream) this.#collect(stream);
  }

  /** @param {import('node:stream').Readable} stream */
  #collect(stream) {
    let rest = '';
    stream.setEncoding('utf8');
    stream.on('data', (/** @type {string} */ text) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      this.lines.push(...lines.map(plain));
      if (this.lines.length > KEPT_LINES) this.lines.splice(0, this.lines.length - KEPT_LINES);
    });
    stream.on('end', () => {
      if (rest) this.lines.push(plain(rest));
    });
  }

  /** Tells it something on its standard input. @param {string} text */
  write(text) {
    this.child.stdin?.write(text);
  }

  get output() {
    return this.lines.join('\n');
  }

  /**
   * The first line that matches, waited for.
   *
   * @param {RegExp} pattern
   * @param {{ within?: number }} [limits]
   */
  async logged(pattern, { within = 15_000 } = {}) {
    return until(
      `${this.name} writes ${pattern}`,
      () => {
        const line = this.lines.find((line) => pattern.test(line));
        if (line === undefined && this.ended) throw new Error(`${this.name} has ended: ${JSON.stringify(this.ended)}`);
        return line;
      },
      { within },
    );
  }

  /**
   * Asks it to end and returns how it did. Kills it, and fails, when it does not within the limit.
   *
   * @param {{ signal?: NodeJS.Signals, within?: number }} [options]
   * @returns {Promise<{ code: number | null, signal: NodeJS.Signals | null }>}
   */
  async stop({ signal = 'SIGTERM', within = 15_000 } = {}) {
    if (!this.ended) this.child.kill(signal);
    try {
      return await soon(`${this.name} ends on ${signal}`, this.exit, within);
    } catch (error) {
      await this.kill();
      throw error;
    }
  }

  /** SIGKILL: gone at once, with nothing tidied up. */
  async kill() {
    if (this.ended) return;
    this.child.kill('SIGKILL');
    await this.exit;
  }
}

/**
 * Runs a command to its end and returns its output; fails when it fails or lasts too long.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{ within?: number }} [limits]
 */
export async function run(command, args, { within = 30_000 } = {}) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
  const killer = setTimeout(() => child.kill('SIGKILL'), within);
  try {
    const [code, signal] = await once(child, 'close');
    if (code !== 0) throw new Error(`${command} ended with ${code ?? signal}: ${stderr.slice(-2000)}`);
    return { stdout, stderr };
  } finally {
    clearTimeout(killer);
  }
}

/** @param {string} line */
function plain(line) {
  // eslint-disable-next-line no-control-regex
  return line.replace(/\x1b\[[0-9;]*m/g, '').replace(/\r$/, '');
}

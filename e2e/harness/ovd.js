// The device agent under test.

import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { built } from './binaries.js';
import { Process } from './process.js';

/**
 * @typedef {{ login_code: string, login_passwd: string, dap_url: string }} Credentials
 * @typedef {{ device: Credentials, sources?: string[], state?: string, more?: string }} OvdOptions
 *   `sources`: one a channel, "test" unless given; several make a recorder (NVR)
 *   `state`: folder of what outlives the agent, a new one unless given
 *   `more`: lines for the end of its configuration, such as "[battery]" or "[[channel.alarm]]" of the last channel
 */

export class Ovd extends Process {
  /** @param {import('./scene.js').Scene} scene @param {OvdOptions} options */
  static async start(scene, { device, sources = ['test'], state: kept, more = '' }) {
    const folder = await scene.folder();
    const state = kept ?? path.join(folder, 'state');
    const config = path.join(folder, 'ovd.toml');
    const channels = sources.map((source) => `[[channel]]\nsource = ${JSON.stringify(source)}\n`);
    await writeFile(
      config,
      [
        `url = ${JSON.stringify(device.dap_url)}`,
        `login_code = ${JSON.stringify(device.login_code)}`,
        `login_passwd = ${JSON.stringify(device.login_passwd)}`,
        `control_socket = ${JSON.stringify(path.join(folder, 'ovd.sock'))}`,
        `state_dir = ${JSON.stringify(state)}`,
        ...channels,
        more,
      ].join('\n'),
      { mode: 0o600 },
    );
    const ovd = scene.watch(new Ovd('ovd', built('ovd'), ['run', '--config', config], { env: { RUST_LOG: 'info' } }));
    ovd.#tell = (words) => scene.watch(new Process('ovd', built('ovd'), [...words, '--config', config]));
    ovd.state = state;
    return ovd;
  }

  /** Where it keeps what outlives it. */
  state = '';

  /** @type {((words: string[]) => Process) | undefined} */
  #tell;

  /** A command on the device's machine. @param {string[]} words */
  async #command(...words) {
    const command = this.#tell?.(words);
    const ended = await command?.exit;
    if (command?.ended?.code !== 0) {
      throw new Error(`ovd ${words.join(' ')}: ${JSON.stringify(ended)}\n${command?.output}`);
    }
  }

  /** `ovd bind ID`. @param {string} id the bind id, or the text of the QR code */
  async bind(id) {
    await this.#command('bind', id);
  }

  /**
   * `ovd alarm start`, `ovd alarm end`.
   * @param {'start' | 'end'} order @param {string} type such as "motion" @param {string} [text] @param {number} [channel]
   */
  async alarm(order, type, text = '', channel = 0) {
    await this.#command('alarm', order, '--channel', String(channel), '--type', type, '--text', text);
  }
}

// The device agent under test.

import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { built } from './binaries.js';
import { Process } from './process.js';

/**
 * @typedef {{ login_code: string, login_passwd: string, dap_url: string }} Credentials
 * @typedef {{ device: Credentials, sources?: string[] }} OvdOptions
 *   `sources`: one a channel, "test" unless given; several make a recorder (NVR)
 */

export class Ovd extends Process {
  /** @param {import('./scene.js').Scene} scene @param {OvdOptions} options */
  static async start(scene, { device, sources = ['test'] }) {
    const folder = await scene.folder();
    const config = path.join(folder, 'ovd.toml');
    const channels = sources.map((source) => `[[channel]]\nsource = ${JSON.stringify(source)}\n`);
    await writeFile(
      config,
      [
        `url = ${JSON.stringify(device.dap_url)}`,
        `login_code = ${JSON.stringify(device.login_code)}`,
        `login_passwd = ${JSON.stringify(device.login_passwd)}`,
        `control_socket = ${JSON.stringify(path.join(folder, 'ovd.sock'))}`,
        `state_dir = ${JSON.stringify(path.join(folder, 'state'))}`,
        ...channels,
      ].join('\n'),
      { mode: 0o600 },
    );
    const ovd = scene.watch(new Ovd('ovd', built('ovd'), ['run', '--config', config], { env: { RUST_LOG: 'info' } }));
    ovd.#command = (args) => scene.watch(new Process(`ovd ${args[0]}`, built('ovd'), [...args, '--config', config]));
    return ovd;
  }

  /** A command on the device's machine. @type {((args: string[]) => Process) | undefined} */
  #command;

  /** `ovd bind ID` on the device's machine. @param {string} id the bind id, or the text of the QR code */
  async bind(id) {
    await this.#run(['bind', id]);
  }

  /**
   * `ovd alarm start` or `end` on the device's machine, as a detector beside it calls it.
   *
   * @param {'start' | 'end'} order
   * @param {string} type as DAP names it
   * @param {string} [text]
   */
  async alarm(order, type, text = '') {
    await this.#run(['alarm', order, '--type', type, '--text', text]);
  }

  /** @param {string[]} args */
  async #run(args) {
    const command = this.#command?.(args);
    const ended = await command?.exit;
    if (command?.ended?.code !== 0) throw new Error(`ovd ${args[0]}: ${JSON.stringify(ended)}\n${command?.output}`);
  }
}

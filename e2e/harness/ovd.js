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
        ...channels,
      ].join('\n'),
      { mode: 0o600 },
    );
    const ovd = scene.watch(new Ovd('ovd', built('ovd'), ['run', '--config', config], { env: { RUST_LOG: 'info' } }));
    ovd.#bind = (id) => scene.watch(new Process('ovd bind', built('ovd'), ['bind', id, '--config', config]));
    return ovd;
  }

  /** @type {((id: string) => Process) | undefined} */
  #bind;

  /** `ovd bind ID` on the device's machine. @param {string} id the bind id, or the text of the QR code */
  async bind(id) {
    const command = this.#bind?.(id);
    const ended = await command?.exit;
    if (command?.ended?.code !== 0) throw new Error(`ovd bind: ${JSON.stringify(ended)}\n${command?.output}`);
  }
}

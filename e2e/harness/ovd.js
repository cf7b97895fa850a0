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
    const config = path.join(await scene.folder(), 'ovd.toml');
    const channels = sources.map((source) => `[[channel]]\nsource = ${JSON.stringify(source)}\n`);
    await writeFile(
      config,
      [
        `url = ${JSON.stringify(device.dap_url)}`,
        `login_code = ${JSON.stringify(device.login_code)}`,
        `login_passwd = ${JSON.stringify(device.login_passwd)}`,
        ...channels,
      ].join('\n'),
      { mode: 0o600 },
    );
    return scene.watch(new Ovd('ovd', built('ovd'), ['run', '--config', config], { env: { RUST_LOG: 'info' } }));
  }
}

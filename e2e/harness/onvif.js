// A simulated ONVIF camera, which says what it is told.

import { builtExample } from './binaries.js';
import { Process } from './process.js';
import { until } from './wait.js';

export class OnvifCamera extends Process {
  /**
   * @param {import('./scene.js').Scene} scene
   * @param {{ stream: string }} options `stream`: address of its RTSP stream
   */
  static async start(scene, { stream }) {
    const camera = scene.watch(new OnvifCamera('onvif', builtExample('onvif_camera'), ['0', stream], { input: true }));
    camera.url = JSON.parse(await camera.logged(/"ready"/)).ready;
    return camera;
  }

  /** Its device service. */
  url = '';
  #read = 0;

  /** Something begins or ends to move before it. @param {boolean} active */
  setMotion(active) {
    this.write(active ? 'motion\n' : 'rest\n');
  }

  /** The next thing it does that has this key; what came before is passed over. @param {string} key @returns {Promise<any>} */
  async hears(key) {
    return until(`the camera hears ${key}`, () => {
      while (this.#read < this.lines.length) {
        const line = this.lines[this.#read++] ?? '';
        const told = line.startsWith('{') ? JSON.parse(line) : {};
        if (key in told) return told;
      }
      return undefined;
    });
  }
}

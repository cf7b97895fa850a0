// A scripted device: speaks DAP by hand, so that a journey can see the publish URL and misuse it.

import { WebSocket } from 'ws';
import { until } from './wait.js';

export class ScriptedDevice {
  /** Requests and events of the cloud, in order. @type {{ req?: string, event?: string, params?: any, seq?: number }[]} */
  received = [];
  #seq = 1;

  /** @param {WebSocket} socket */
  constructor(socket) {
    this.socket = socket;
    socket.on('message', (data) => this.#receive(JSON.parse(String(data))));
  }

  /**
   * Logs in, and reports one channel that can go live.
   *
   * @param {import('./scene.js').Scene} scene
   * @param {import('./ovd.js').Credentials} credentials
   */
  static async login(scene, { dap_url, login_code, login_passwd }) {
    const query = new URLSearchParams({ login_code, login_passwd });
    const socket = new WebSocket(`${dap_url}?${query}`);
    const device = new ScriptedDevice(socket);
    scene.after(async () => socket.terminate());
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    device.keepalive();
    return device;
  }

  keepalive() {
    const params = { state: 1, channels: [{ channel: 0, state: 1 }] };
    this.socket.send(JSON.stringify({ req: 'Keepalive', params, seq: this.#seq++ }));
  }

  /** @param {any} message */
  #receive(message) {
    if (message.req) {
      // Grants everything, but does nothing: the journey does.
      this.socket.send(JSON.stringify({ seq: message.seq, resp: {} }));
    }
    if (message.req || message.event) this.received.push(message);
  }

  /** The parameters of the first such request, waited for. @param {string} method */
  async asked(method) {
    const message = await until(`the cloud sends ${method}`, () => this.received.find(({ req }) => req === method));
    return message.params;
  }
}

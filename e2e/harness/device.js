// A scripted device: speaks DAP by hand, so that a journey can see the publish URL and misuse it.

import { WebSocket } from 'ws';
import { until } from './wait.js';

/**
 * What it answers to a method: a value, or what makes the answer of the parameters. Nothing said: `{}`.
 *
 * @typedef {Record<string, unknown | ((params: any) => { resp: unknown } | { err: { code: number, msg: string } })>} Answers
 */

export class ScriptedDevice {
  /** Requests and events of the cloud, in order. @type {{ req?: string, event?: string, params?: any, seq?: number }[]} */
  received = [];
  #seq = 1;

  /** @param {WebSocket} socket @param {Answers} answers */
  constructor(socket, answers) {
    this.socket = socket;
    this.answers = answers;
    socket.on('message', (data) => this.#receive(JSON.parse(String(data))));
  }

  /**
   * Logs in, and reports one channel that can go live.
   *
   * @param {import('./scene.js').Scene} scene
   * @param {import('./ovd.js').Credentials} credentials
   * @param {Answers} [answers]
   */
  static async login(scene, { dap_url, login_code, login_passwd }, answers = {}) {
    const query = new URLSearchParams({ login_code, login_passwd });
    const socket = new WebSocket(`${dap_url}?${query}`);
    const device = new ScriptedDevice(socket, answers);
    scene.after(async () => socket.terminate());
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    device.keepalive();
    return device;
  }

  /** @param {Record<string, unknown>} [more] of its channel, such as `record_session` */
  keepalive(more = {}) {
    const params = { state: 1, channels: [{ channel: 0, state: 1, ...more }] };
    this.socket.send(JSON.stringify({ req: 'Keepalive', params, seq: this.#seq++ }));
  }

  /** @param {any} message */
  #receive(message) {
    if (message.req) {
      // Grants everything, but does nothing: the journey does.
      const answer = this.answers[message.req];
      const said = typeof answer === 'function' ? answer(message.params) : { resp: answer ?? {} };
      this.socket.send(JSON.stringify({ seq: message.seq, ...said }));
    }
    if (message.req || message.event) this.received.push(message);
  }

  /** The parameters of all such events so far. @param {string} name */
  events(name) {
    return this.received.filter(({ event }) => event === name).map(({ params }) => params);
  }

  /** The parameters of the first such request, waited for. @param {string} method */
  async asked(method) {
    const message = await until(`the cloud sends ${method}`, () => this.received.find(({ req }) => req === method));
    return message.params;
  }
}

// The network between two programs, which can be cut: nothing is refused then, everything just vanishes, as where a cable
// is pulled or a mobile uplink is gone.

import { once } from 'node:events';
import { connect, createServer } from 'node:net';

export class TcpProxy {
  /** @type {Set<import('node:net').Socket>} */
  #sockets = new Set();
  #cut = false;

  /** @param {import('node:net').Server} server @param {() => number} target */
  constructor(server, target) {
    this.server = server;
    this.target = target;
    server.on('connection', (socket) => this.#take(socket));
  }

  /**
   * @param {import('./scene.js').Scene} scene
   * @param {() => number} target the port of loopback it leads to, asked for with every connection
   */
  static async start(scene, target) {
    const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
    const proxy = new TcpProxy(server, target);
    await once(server, 'listening');
    scene.after(() => proxy.close());
    return proxy;
  }

  get port() {
    return /** @type {import('node:net').AddressInfo} */ (this.server.address()).port;
  }

  /** From now on nothing passes, in neither direction; who connects gets a connection on which nothing ever comes. */
  cut() {
    this.#cut = true;
    for (const socket of this.#sockets) socket.pause();
  }

  /** New connections pass again. Those from before are dead, as behind a NAT that has forgotten them. */
  mend() {
    this.#cut = false;
    this.reset();
  }

  /** Ends every connection there is, the hard way. */
  reset() {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  /** @param {import('node:net').Socket} socket */
  #keep(socket) {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
  }

  /** @param {import('node:net').Socket} near */
  #take(near) {
    this.#keep(near);
    if (this.#cut) {
      near.pause();
      near.on('error', () => {});
      return;
    }
    const far = connect({ port: this.target(), host: '127.0.0.1', allowHalfOpen: true });
    this.#keep(far);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ]) {
      from.on('data', (piece) => {
        if (!to.write(piece)) from.pause();
      });
      to.on('drain', () => {
        if (!this.#cut) from.resume();
      });
      from.on('end', () => to.end());
      // Whatever ends one side ends the other in the same way.
      from.on('error', () => to.resetAndDestroy());
      from.on('close', () => to.destroy());
    }
  }

  async close() {
    this.reset();
    this.server.close();
  }
}

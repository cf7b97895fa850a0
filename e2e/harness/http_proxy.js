// An HTTP proxy in front of a program, which reads along or fails calls. WebSockets pass untouched. It answers nothing by
// itself: where the program is gone, so is the connection.

import { once } from 'node:events';
import { Agent, createServer, request } from 'node:http';
import { connect } from 'node:net';

/**
 * What becomes of one call:
 * `pass`, `before`: the connection breaks before anything is done; `after`: it is done, but the answer is lost; or a
 * status that is answered instead of doing anything.
 *
 * @typedef {'pass' | 'before' | 'after' | number} Fate
 * @typedef {{ method: string, path: string, body: Buffer, status: number, answer: Buffer }} Exchange
 *   `body` and `answer` are empty where `reads` did not want them
 */

export class HttpProxy {
  /** @type {(method: string, path: string) => Fate} */
  fate = () => 'pass';
  /** Whether it keeps what is said in such a call. @type {(method: string, path: string) => boolean} */
  reads = () => false;
  /** Called when the last byte of an answer has come from the program. @type {(exchange: Exchange) => void} */
  heard = () => {};
  /** Called before a call is passed on. @type {(exchange: { method: string, path: string, body: Buffer }) => void} */
  passing = () => {};

  calls = 0;
  failed = 0;
  #agent = new Agent({ keepAlive: true });

  /** @param {() => number} target */
  constructor(target) {
    this.target = target;
    this.server = createServer((incoming, outgoing) => void this.#take(incoming, outgoing));
    this.server.on('upgrade', (incoming, socket, head) => this.#upgrade(incoming, socket, head));
    this.server.keepAliveTimeout = 60_000;
  }

  /** @param {import('./scene.js').Scene} scene @param {() => number} target the port of loopback it leads to */
  static async start(scene, target) {
    const proxy = new HttpProxy(target);
    proxy.server.listen(0, '127.0.0.1');
    await once(proxy.server, 'listening');
    scene.after(() => proxy.close());
    return proxy;
  }

  get port() {
    return /** @type {import('node:net').AddressInfo} */ (this.server.address()).port;
  }

  /** @param {import('node:http').IncomingMessage} incoming @param {import('node:http').ServerResponse} outgoing */
  async #take(incoming, outgoing) {
    const method = incoming.method ?? '';
    const path = incoming.url ?? '';
    const fate = this.fate(method, path);
    this.calls += 1;
    if (fate !== 'pass') this.failed += 1;
    if (fate === 'before') {
      incoming.socket.resetAndDestroy();
      return;
    }
    if (typeof fate === 'number') {
      incoming.resume();
      outgoing.writeHead(fate, { 'content-type': 'application/xml' }).end('<Error><Code>InternalError</Code></Error>');
      return;
    }
    const reads = this.reads(method, path);
    const broken = () => incoming.socket.resetAndDestroy();
    const body = reads ? await all(incoming).catch(() => undefined) : Buffer.alloc(0);
    if (!body) return broken();
    this.passing({ method, path, body });
    const onward = request({
      port: this.target(),
      host: '127.0.0.1',
      method,
      path,
      // The host as it was asked for: addresses and signatures hold it.
      headers: incoming.headers,
      agent: this.#agent,
    });
    let answered = false;
    onward.on('error', () => {
      if (!answered) broken();
    });
    incoming.on('close', () => {
      if (!incoming.complete) onward.destroy();
    });
    onward.on('response', (answer) => {
      answered = true;
      // Answered before it was all there, as refusals are: the rest is read, so that the answer arrives.
      if (!incoming.complete) {
        incoming.unpipe(onward);
        incoming.resume();
      }
      answer.on('error', broken);
      answer.on('aborted', broken);
      const status = answer.statusCode ?? 0;
      /** @type {Buffer[]} */
      const pieces = [];
      answer.on('data', (/** @type {Buffer} */ piece) => {
        if (reads) pieces.push(piece);
        if (fate === 'pass' && !outgoing.write(piece)) answer.pause();
      });
      outgoing.on('drain', () => answer.resume());
      if (fate === 'pass') outgoing.writeHead(status, answer.headers);
      answer.on('end', () => {
        this.heard({ method, path, body, status, answer: Buffer.concat(pieces) });
        if (fate === 'after') broken();
        else outgoing.end();
      });
    });
    if (reads) onward.end(body);
    else incoming.pipe(onward);
  }

  /** @param {import('node:http').IncomingMessage} incoming @param {import('node:stream').Duplex} socket @param {Buffer} head */
  #upgrade(incoming, socket, head) {
    const far = connect({ port: this.target(), host: '127.0.0.1' });
    far.on('error', () => socket.destroy());
    far.on('close', () => socket.destroy());
    socket.on('error', () => far.destroy());
    socket.on('close', () => far.destroy());
    far.on('connect', () => {
      const { rawHeaders } = incoming;
      let text = `${incoming.method} ${incoming.url} HTTP/1.1\r\n`;
      for (let i = 0; i < rawHeaders.length; i += 2) text += `${rawHeaders[i]}: ${rawHeaders[i + 1]}\r\n`;
      far.write(`${text}\r\n`);
      far.write(head);
      far.pipe(socket).pipe(far);
    });
  }

  async close() {
    this.#agent.destroy();
    this.server.closeAllConnections();
    this.server.close();
  }
}

/** @param {import('node:stream').Readable} stream */
async function all(stream) {
  /** @type {Buffer[]} */
  const pieces = [];
  for await (const piece of stream) pieces.push(piece);
  return Buffer.concat(pieces);
}

import { parsed } from './message';

/** `gone`: the cloud says that one may not, or not any more, or that there is no such device. */
export type SocketState = 'connecting' | 'open' | 'lost' | 'gone';

export interface Hello {
  connected: boolean;
  answerTimeoutS: number;
  maxMessage: number;
}

/** What came of something sent: nothing to say, or why not. */
export interface Refusal {
  code: string;
  message: string;
}

interface Listener {
  onState: (state: SocketState) => void;
  onHello: (hello: Hello) => void;
  onTold: (told: Record<string, unknown>) => void;
}

const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 10_000;
/** A call takes the device's time to answer, and some in the queue. */
const PATIENCE_MS = 60_000;
/** Closed with it: the right to look has ended. */
const ACCESS_ENDED = 4401;

/** Looks at a device's messages, and looks again after every break, until it is closed. */
export class ProtocolSocket {
  private socket: WebSocket | undefined;
  private retryMs = FIRST_RETRY_MS;
  private retryTimer: ReturnType<typeof setTimeout> | undefined;
  private closed = false;
  private nextId = 0;
  private readonly waiting = new Map<string, (outcome: Refusal | undefined) => void>();

  constructor(
    private readonly loginCode: string,
    private readonly listener: Listener,
  ) {
    this.open();
  }

  /** Sends a text to the device as it is. */
  send(text: string): Promise<Refusal | undefined> {
    return this.ask({ type: 'send', text });
  }

  /** Calls a method of the device, or sends it an event. */
  call(method: string, params: unknown): Promise<Refusal | undefined> {
    return this.ask({ type: 'call', method, params });
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.retryTimer);
    this.socket?.close();
    this.giveUp();
  }

  private ask(wish: object): Promise<Refusal | undefined> {
    const socket = this.socket;
    if (socket?.readyState !== WebSocket.OPEN) return Promise.resolve({ code: 'network', message: '' });
    this.nextId += 1;
    const id = String(this.nextId);
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.waiting.delete(id);
        resolve({ code: 'device_timeout', message: '' });
      }, PATIENCE_MS);
      this.waiting.set(id, (outcome) => {
        clearTimeout(timer);
        this.waiting.delete(id);
        resolve(outcome);
      });
      socket.send(JSON.stringify({ ...wish, id }));
    });
  }

  private open(): void {
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
    const path = `/api/v1/devices/${encodeURIComponent(this.loginCode)}/protocol`;
    this.listener.onState('connecting');
    const socket = new WebSocket(`${scheme}://${location.host}${path}`);
    this.socket = socket;
    socket.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (socket === this.socket && typeof data === 'string') this.hear(parsed(data));
    };
    socket.onclose = ({ code }) => {
      if (socket !== this.socket || this.closed) return;
      this.giveUp();
      if (code === ACCESS_ENDED) {
        this.listener.onState('gone');
        return;
      }
      this.listener.onState('lost');
      void this.retry(path);
    };
  }

  /** A browser does not say why it could not connect: the same address without the upgrade does. */
  private async retry(path: string): Promise<void> {
    const answer = await fetch(path, { cache: 'no-store' }).catch(() => undefined);
    if (this.closed) return;
    if (answer && [401, 403, 404].includes(answer.status)) {
      this.listener.onState('gone');
      return;
    }
    this.retryTimer = setTimeout(() => {
      this.open();
    }, this.retryMs);
    this.retryMs = Math.min(this.retryMs * 2, LAST_RETRY_MS);
  }

  private hear(told: unknown): void {
    if (typeof told !== 'object' || told === null) return;
    const message = told as Record<string, unknown>;
    switch (message['type']) {
      case 'hello':
        this.retryMs = FIRST_RETRY_MS;
        this.listener.onState('open');
        this.listener.onHello({
          connected: message['connected'] === true,
          answerTimeoutS: Number(message['answer_timeout_s'] ?? 20),
          maxMessage: Number(message['max_message'] ?? 1 << 20),
        });
        break;
      case 'done':
        this.settle(message['id'], undefined);
        break;
      case 'failed':
        this.settle(message['id'], { code: String(message['code']), message: String(message['message']) });
        break;
      default:
        this.listener.onTold(message);
    }
  }

  private settle(id: unknown, outcome: Refusal | undefined): void {
    if (typeof id === 'string') this.waiting.get(id)?.(outcome);
  }

  private giveUp(): void {
    for (const resolve of [...this.waiting.values()]) resolve({ code: 'network', message: '' });
  }
}

import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { LivePlayer } from './livePlayer';
import { ServerClock } from './serverClock';
import { LiveRefused } from './status';

/** The socket as the browser would give it, in the hands of the test. */
class Socket {
  static last: Socket;
  binaryType = '';
  onmessage: (() => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;

  constructor(readonly url: string) {
    Socket.last = this;
  }

  close(): void {
    this.onclose = null;
  }
}

const LONG_MS = 120_000;
let player: LivePlayer;
const open = vi.fn(() => Promise.resolve({ streamId: 's', url: 'ws://cloud/live' }));
const still = { hidden: false };

beforeEach(async () => {
  vi.useFakeTimers();
  vi.stubGlobal('WebSocket', Socket);
  vi.stubGlobal('document', { visibilityState: 'visible' });
  open.mockClear();
  still.hidden = false;
  const video = Object.assign(new EventTarget(), { paused: true }) as unknown as HTMLVideoElement;
  player = new LivePlayer({ video, still: still as HTMLCanvasElement, open, clock: new ServerClock() });
  player.start();
  await vi.advanceTimersByTimeAsync(0);
});

afterEach(() => {
  player.dispose();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it('mends a connection that was lost', async () => {
  Socket.last.onclose?.({ code: 1006 });
  await vi.advanceTimersByTimeAsync(1000);
  expect(open).toHaveBeenCalledTimes(2);
});

it('shows nothing to who may no longer watch, and does not try again', async () => {
  Socket.last.onclose?.({ code: 4401 });
  expect(player.status).toMatchObject({ state: 'error', failure: { code: 'access_ended' }, retryAtMs: undefined });
  expect(still.hidden).toBe(true);
  await vi.advanceTimersByTimeAsync(LONG_MS);
  expect(open).toHaveBeenCalledTimes(1);
});

it('goes on when the person may watch again', async () => {
  Socket.last.onclose?.({ code: 4401 });
  player.retryNow();
  await vi.advanceTimersByTimeAsync(0);
  expect(open).toHaveBeenCalledTimes(2);
  expect(player.status.failure).toBeUndefined();
});

it('takes the picture away when the cloud refuses to give the stream again', async () => {
  open.mockRejectedValueOnce(new LiveRefused('forbidden', 'you may not'));
  Socket.last.onclose?.({ code: 1006 });
  await vi.advanceTimersByTimeAsync(LONG_MS);
  expect(player.status).toMatchObject({ state: 'error', failure: { code: 'forbidden' } });
  expect(still.hidden).toBe(true);
  expect(open).toHaveBeenCalledTimes(2);
});

import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ApiError } from '../api/apiError';
import { ChannelPlayer } from './channelPlayer';
import type { Piece } from './mediaMap';

const START = Date.UTC(2026, 10, 29, 12);
const SEGMENT_S = 10;
const COUNT = 12;
const DAY = 24 * 3_600_000;

interface Segment {
  sn: number;
  programDateTime: number;
  start: number;
  duration: number;
  gap: boolean;
  tagList: string[][];
}

/** What the cloud answers for each segment; 200 unless said. */
const answers = new Map<number, number>();
const asked: number[] = [];

/**
 * As hls.js 1.7.4 loads: on from the end of what is buffered, whatever position it is given once it has begun; a gap without its tag
 * is asked for again; what cannot be had is tried five times before it stops, from then on once.
 */
class FakeHls {
  static readonly Events = { LEVEL_LOADED: 'levelLoaded', LEVEL_PTS_UPDATED: 'ptsUpdated', ERROR: 'error' };
  static readonly ErrorTypes = { NETWORK_ERROR: 'network', MEDIA_ERROR: 'media' };
  static readonly ErrorDetails = { LEVEL_EMPTY_ERROR: 'levelEmpty' };
  static isSupported = (): boolean => true;
  static made: FakeHls[] = [];

  readonly config = {};
  readonly buffered = new Set<number>();
  destroyed = false;
  private errors = 0;
  private readonly listeners = new Map<string, ((event: string, data: unknown) => void)[]>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly segments: Segment[] = Array.from({ length: COUNT }, (_, sn) => ({
    sn,
    programDateTime: START + sn * SEGMENT_S * 1000,
    start: sn * SEGMENT_S,
    duration: SEGMENT_S,
    gap: false,
    tagList: [],
  }));

  constructor() {
    FakeHls.made.push(this);
  }

  on(event: string, listener: (event: string, data: unknown) => void): void {
    this.listeners.set(event, [...(this.listeners.get(event) ?? []), listener]);
  }

  attachMedia(): void {
    video.readyState = 0;
  }

  loadSource(): void {
    setTimeout(() => {
      if (!this.destroyed) this.tell('levelLoaded', { details: { fragments: this.segments } });
    }, 5);
  }

  startLoad(position: number): void {
    this.load(this.buffered.size > 0 ? video.currentTime : position);
  }

  destroy(): void {
    this.destroyed = true;
    clearTimeout(this.timer);
    video.readyState = 0;
  }

  private load(from: number): void {
    clearTimeout(this.timer);
    const isGap = ({ gap, tagList }: Segment): boolean => gap && tagList.some(([tag]) => tag === 'GAP');
    const next = this.segments.find(
      (one) => one.start + one.duration > from && !this.buffered.has(one.sn) && !isGap(one),
    );
    if (!next) return;
    asked.push(next.sn);
    this.timer = setTimeout(() => {
      const code = answers.get(next.sn) ?? 200;
      if (code !== 200) {
        next.gap = false;
        const fatal = this.errors >= 4;
        const again = (): void => {
          this.load(next.start);
        };
        if (!fatal) this.timer = setTimeout(again, 500 * 2 ** this.errors);
        this.errors += 1;
        this.tell('error', { type: 'network', details: 'fragLoadError', fatal, frag: next, response: { code } });
        return;
      }
      this.errors = 0;
      if (this.buffered.size === 0) video.currentTime = Math.max(video.currentTime, next.start);
      this.buffered.add(next.sn);
      video.readyState = 4;
      this.load(next.start);
    }, 5);
  }

  private tell(event: string, data: unknown): void {
    for (const listener of this.listeners.get(event) ?? []) listener(event, data);
  }
}

vi.mock('hls.js', () => ({ default: FakeHls }));
vi.mock('hls.js/dist/hls.worker.js?url', () => ({ default: 'worker.js' }));

const video = Object.assign(new EventTarget(), {
  currentTime: 0,
  playbackRate: 1,
  readyState: 0,
  videoWidth: 0,
  paused: true,
  seeking: false,
  play: () => Promise.resolve(),
  pause: () => undefined,
});
const still = { hidden: true } as HTMLCanvasElement;

let player: ChannelPlayer;
let pieces: readonly Piece[] = [];
let open: ReturnType<typeof vi.fn<() => Promise<string>>>;

beforeEach(() => {
  vi.useFakeTimers({ now: START + DAY });
  vi.stubGlobal('HTMLMediaElement', { HAVE_METADATA: 1, HAVE_CURRENT_DATA: 2, HAVE_FUTURE_DATA: 3 });
  Object.assign(video, { currentTime: 0, readyState: 0 });
  answers.clear();
  asked.length = 0;
  FakeHls.made = [];
  open = vi.fn(() => Promise.resolve('/play/rec/address/index.m3u8'));
  player = new ChannelPlayer({
    video: video as unknown as HTMLVideoElement,
    still,
    open,
    now: Date.now,
    small: false,
    onPieces: (now) => {
      pieces = now;
    },
  });
});

afterEach(() => {
  player.dispose();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** Looks at a moment for so long, as the session has it do. */
async function watch(at: number, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 100) {
    player.follow(at, 1, false, false);
    await vi.advanceTimersByTimeAsync(100);
  }
  player.follow(at, 1, false, false);
}

const timesAsked = (sn: number): number => asked.filter((one) => one === sn).length;
const hasPieceAt = (at: number): boolean => pieces.some(({ from, to }) => at >= from && at < to);

it('asks once for a segment that is gone, and passes over it', async () => {
  answers.set(3, 404);
  answers.set(4, 404);
  await watch(START + 1000, 20_000);
  expect(player.status.state).toBe('ready');
  expect(timesAsked(3)).toBe(1);
  expect(timesAsked(4)).toBe(1);
  expect(asked).toHaveLength(COUNT);
  expect(pieces).toHaveLength(COUNT - 2);
  await watch(START + 35_000, 1000);
  expect(player.status.state).toBe('gap');
  expect(player.nextAfter(START + 35_000)).toBe(START + 50_000);
});

it('begins behind a segment that is gone', async () => {
  answers.set(2, 404);
  await watch(START + 25_000, 2000);
  expect(player.status.state).toBe('gap');
  await watch(player.nextAfter(START + 25_000) as number, 1000);
  expect(player.status.state).toBe('ready');
  expect(asked).not.toContain(0);
  expect(timesAsked(2)).toBe(1);
});

it('does not ask again for what is gone when the list is opened anew', async () => {
  answers.set(3, 404);
  await watch(START + 1000, 2000);
  player.retryNow();
  await watch(START + 1000, 2000);
  expect(open).toHaveBeenCalledTimes(2);
  expect(timesAsked(3)).toBe(1);
  expect(hasPieceAt(START + 35_000)).toBe(false);
});

it('asks for another address when one has run out', async () => {
  for (let sn = 5; sn < COUNT; sn += 1) answers.set(sn, 403);
  open.mockImplementationOnce(() => Promise.resolve('/play/rec/old/index.m3u8'));
  open.mockImplementationOnce(() => {
    answers.clear();
    return Promise.resolve('/play/rec/new/index.m3u8');
  });
  await watch(START + 1000, 3000);
  expect(player.status).toMatchObject({ state: 'ready' });
  expect(player.status.failure).toBeUndefined();
  expect(open).toHaveBeenCalledTimes(2);
});

it.each([
  ['refuses to give', new ApiError('forbidden', '', 403)],
  ['knows nothing any more of', new ApiError('no_such_share', '', 404)],
])('says that access has ended where the cloud %s another address', async (_, error) => {
  answers.set(5, 403);
  open.mockImplementationOnce(() => Promise.resolve('/play/rec/old/index.m3u8'));
  open.mockImplementation(() => Promise.reject(error));
  await watch(START + 1000, 3000);
  expect(player.status).toMatchObject({ state: 'failed', failure: { code: 'access_ended' } });
  await watch(START + 1000, 60_000);
  expect(open).toHaveBeenCalledTimes(2);
});

it('says that access has ended where a new address is refused as well', async () => {
  answers.set(5, 403);
  await watch(START + 1000, 60_000);
  expect(player.status).toMatchObject({ state: 'failed', failure: { code: 'access_ended' } });
  expect(open).toHaveBeenCalledTimes(2);
});

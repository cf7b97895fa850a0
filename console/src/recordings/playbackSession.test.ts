import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { ChannelPlayer, PictureStatus } from './channelPlayer';
import { PlaybackSession } from './playbackSession';

/** Footage as spans of time; a picture is there at once wherever there is some. */
class FakePlayer {
  followed: { at: number; running: boolean }[] = [];
  loading = false;
  lagMs = 0;

  constructor(
    private readonly spans: [from: number, to: number][],
    /** Up to where it knows. */
    private readonly knows = Infinity,
    private readonly edge = false,
  ) {}

  private state: PictureStatus['state'] = 'loading';

  get status(): PictureStatus {
    return { state: this.state, frames: false };
  }

  follow(at: number, _rate: number, running: boolean): void {
    this.followed.push({ at, running });
    const there = this.spans.some(([from, to]) => at >= from && at < to);
    const last = this.spans.at(-1)?.[1] ?? 0;
    this.state = this.loading ? 'loading' : there ? 'ready' : this.edge && at >= last ? 'edge' : 'gap';
  }

  nextAfter(at: number): number | 'unknown' {
    return this.spans.find(([from]) => from > at && from < this.knows)?.[0] ?? 'unknown';
  }

  asPlayer(): ChannelPlayer {
    return this as unknown as ChannelPlayer;
  }
}

let stop = (): void => undefined;
const START = 1_000_000;

beforeEach(() => {
  vi.useFakeTimers({ now: START + 500_000 });
});

afterEach(() => {
  stop();
  vi.useRealTimers();
});

function sessionOf(...players: FakePlayer[]): PlaybackSession {
  const session = new PlaybackSession({ at: START, now: () => Date.now() });
  stop = session.start();
  players.forEach((player, at) => session.add(String(at), player.asPlayer()));
  return session;
}

it('jumps over a gap that is known, and says so', async () => {
  const session = sessionOf(
    new FakePlayer([
      [START, START + 5000],
      [START + 60_000, START + 90_000],
    ]),
  );
  session.play();
  await vi.advanceTimersByTimeAsync(6000);
  expect(session.at()).toBeGreaterThan(START + 60_000);
  expect(session.at()).toBeLessThan(START + 62_000);
  expect(session.getStatus().skipped).toMatchObject({ to: START + 60_000 });
});

it('looks for footage that is far away, and ends where there is none', async () => {
  const player = new FakePlayer(
    [
      [START, START + 2000],
      [START + 300_000, START + 302_000],
    ],
    START + 100_000,
  );
  const session = sessionOf(player);
  session.searchBy((at) => Promise.resolve(at < START + 300_000 ? START + 300_000 : undefined));
  session.play();
  await vi.advanceTimersByTimeAsync(3000);
  expect(session.at()).toBeGreaterThanOrEqual(START + 300_000);
  await vi.advanceTimersByTimeAsync(3000);
  expect(session.getStatus()).toMatchObject({ playing: false, ended: true });
});

it('goes on through a gap of one while another has footage', async () => {
  const session = sessionOf(
    new FakePlayer([[START, START + 90_000]]),
    new FakePlayer([
      [START, START + 2000],
      [START + 50_000, START + 60_000],
    ]),
  );
  session.play();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(session.at()).toBeGreaterThan(START + 9000);
  expect(session.at()).toBeLessThan(START + 10_100);
  expect(session.getStatus().pictures.get('1')?.state).toBe('gap');
});

it('waits for a picture, but several do not wait for one for ever', async () => {
  const slow = new FakePlayer([[START, START + 90_000]]);
  const session = sessionOf(new FakePlayer([[START, START + 90_000]]), slow);
  session.play();
  await vi.advanceTimersByTimeAsync(2000);
  slow.loading = true;
  await vi.advanceTimersByTimeAsync(3000);
  const held = session.at();
  expect(held).toBeLessThan(START + 2700);
  expect(session.getStatus().waiting).toBe(true);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(session.at()).toBeGreaterThan(held + 3000);
});

it('waits for a slow picture anew wherever it is sent', async () => {
  const slow = new FakePlayer([[START, START + 400_000]]);
  const session = sessionOf(new FakePlayer([[START, START + 400_000]]), slow);
  slow.loading = true;
  session.play();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(session.getStatus().waiting).toBe(false);
  session.seek(START + 100_000);
  await vi.advanceTimersByTimeAsync(4000);
  expect(session.at()).toBe(START + 100_000);
  expect(session.getStatus().waiting).toBe(true);
  await vi.advanceTimersByTimeAsync(4000);
  expect(session.at()).toBeGreaterThan(START + 101_000);
});

it('stands at the newest footage until more has come', async () => {
  const spans: [number, number][] = [[START, START + 2000]];
  const session = sessionOf(new FakePlayer(spans, Infinity, true));
  session.play();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(session.at()).toBeLessThan(START + 2200);
  expect(session.getStatus()).toMatchObject({ playing: true, waiting: true, ended: false });
  spans[0] = [START, START + 20_000];
  await vi.advanceTimersByTimeAsync(3000);
  expect(session.at()).toBeGreaterThan(START + 4500);
});

it('does not run away from a picture that is too slow', async () => {
  const slow = new FakePlayer([[START, START + 90_000]]);
  const session = sessionOf(slow);
  session.play();
  await vi.advanceTimersByTimeAsync(2000);
  slow.lagMs = 700;
  const before = session.at();
  await vi.advanceTimersByTimeAsync(100);
  expect(session.at()).toBeLessThan(before - 500);
});

it('never runs ahead of the present', async () => {
  const session = sessionOf(new FakePlayer([[START, Infinity]]));
  session.seek(Date.now() + 60_000);
  session.setRate(16);
  session.play();
  await vi.advanceTimersByTimeAsync(2000);
  expect(session.at()).toBeLessThanOrEqual(Date.now());
});

import { type ChannelPlayer, type PictureStatus, SLIP_MS } from './channelPlayer';
import { PlaybackClock } from './clock';

const TICK_MS = 100;
/** A picture that stops for less than this stops nobody. */
const HOLD_AFTER_MS = 350;
/** So long do several wait for one of them. */
const PATIENCE_MS = 6_000;
const NOTE_MS = 5_000;

export const RATES = [0.5, 1, 2, 4, 8, 16] as const;

export interface SessionStatus {
  playing: boolean;
  rate: number;
  /** For pictures. */
  waiting: boolean;
  /** The newest footage was seen. */
  ended: boolean;
  /** Time without footage that was passed over just now. */
  skipped?: { from: number; to: number };
  pictures: ReadonlyMap<string, PictureStatus>;
}

/** When footage of any of the channels goes on. */
export type FindNext = (at: number, signal: AbortSignal) => Promise<number | undefined>;

interface Parts {
  at: number;
  /** The cloud's present time, by a clock that does not step. */
  now: () => number;
}

/** Pictures of one or several channels on one clock. */
export class PlaybackSession {
  private readonly clock: PlaybackClock;
  private readonly players = new Map<string, { player: ChannelPlayer; loadingSince: number | undefined }>();
  private readonly listeners = new Set<() => void>();
  private findNext: FindNext = () => Promise.resolve(undefined);
  private searching: AbortController | undefined;
  private ended = false;
  private skipped: { from: number; to: number; seenUntil: number } | undefined;
  private sought = true;
  private status: SessionStatus;

  constructor(private readonly parts: Parts) {
    this.clock = new PlaybackClock(parts.at, parts.now());
    this.status = { playing: false, rate: 1, waiting: false, ended: false, pictures: new Map() };
  }

  /** Runs until the returned function is called. */
  start(): () => void {
    const timer = setInterval(() => {
      this.tick();
    }, TICK_MS);
    return () => {
      clearInterval(timer);
      this.searching?.abort();
      this.searching = undefined;
    };
  }

  /** Of other channels from now on. */
  searchBy(findNext: FindNext): void {
    this.findNext = findNext;
  }

  /** The moment shown. */
  at(): number {
    return Math.min(this.clock.at(this.parts.now()), this.parts.now());
  }

  readonly getStatus = (): SessionStatus => this.status;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  add(key: string, player: ChannelPlayer): () => void {
    this.players.set(key, { player, loadingSince: undefined });
    return () => {
      if (this.players.get(key)?.player === player) this.players.delete(key);
    };
  }

  play(): void {
    this.ended = false;
    this.clock.play(this.parts.now());
    this.tick();
  }

  pause(): void {
    this.clock.pause(this.parts.now());
    this.tick();
  }

  toggle(): void {
    if (this.clock.isPlaying) this.pause();
    else this.play();
  }

  setRate(rate: number): void {
    this.clock.setRate(rate, this.parts.now());
    this.tick();
  }

  seek(at: number): void {
    this.searching?.abort();
    this.searching = undefined;
    this.ended = false;
    this.skipped = undefined;
    this.beginAnew();
    this.clock.seek(Math.min(at, this.parts.now()), this.parts.now());
    this.tick();
  }

  /** One frame on or back, of the first picture that has one. */
  stepFrame(direction: 1 | -1): void {
    if (this.clock.isPlaying) this.pause();
    const before = this.at();
    void Promise.all([...this.players.values()].map(({ player }) => player.neighbourFrame(direction))).then((found) => {
      const at = found.find((one) => one !== undefined);
      if (at !== undefined && this.at() === before) this.seek(at);
    });
  }

  private tick(): void {
    const now = this.parts.now();
    const at = this.at();
    const states: PictureStatus['state'][] = [];
    let lagMs = 0;
    let holding = false;
    for (const entry of this.players.values()) {
      entry.player.follow(at, this.clock.rate, this.clock.isRunning, this.clock.isPlaying);
      const { state } = entry.player.status;
      lagMs = Math.max(lagMs, entry.player.lagMs);
      states.push(state);
      entry.loadingSince = state === 'loading' ? (entry.loadingSince ?? now) : undefined;
      if (entry.loadingSince === undefined) continue;
      const waited = now - entry.loadingSince;
      if ((this.sought || waited > HOLD_AFTER_MS) && (this.players.size === 1 || waited < PATIENCE_MS)) holding = true;
    }
    if (!holding) this.sought = false;
    // A computer or a network that is too slow shows everything a little later: nothing is gained by jumping on.
    if (this.clock.isRunning && lagMs > SLIP_MS * Math.max(1, this.clock.rate)) this.clock.seek(at - lagMs, now);
    this.setHold('pictures', holding, now);
    const seen = states.filter((state) => state !== 'failed');
    const nothing = seen.length > 0 && seen.every((state) => state === 'gap' || state === 'edge');
    this.setHold('edge', nothing && seen.includes('edge'), now);
    if (nothing && !seen.includes('edge') && this.clock.isPlaying) this.leaveGap(at, now);
    if (this.clock.isPlaying && states.length > 0 && seen.length === 0) this.clock.pause(now);
    if (this.skipped && now > this.skipped.seenUntil) this.skipped = undefined;
    this.tell();
  }

  private setHold(who: string, held: boolean, now: number): void {
    if (held) this.clock.hold(who, now);
    else this.clock.release(who, now);
  }

  /** Nobody has footage: goes on where somebody has. */
  private leaveGap(at: number, now: number): void {
    if (this.searching) return;
    const known = [...this.players.values()]
      .map(({ player }) => player.nextAfter(at))
      .filter((next) => next !== 'unknown');
    if (known.length > 0) {
      this.jump(at, Math.min(...known), now);
      return;
    }
    const searching = new AbortController();
    this.searching = searching;
    this.clock.hold('search', now);
    const done = (next: number | undefined): void => {
      if (this.searching !== searching) return;
      this.searching = undefined;
      const then = this.parts.now();
      this.clock.release('search', then);
      if (next !== undefined && next > at) {
        // The timeline is coarser than the film.
        this.jump(at, Math.max(next, at + 1000), then);
      } else {
        this.ended = true;
        this.clock.pause(then);
      }
      this.tell();
    };
    this.findNext(at, searching.signal).then(done, () => {
      done(undefined);
    });
    searching.signal.addEventListener('abort', () => {
      this.clock.release('search', this.parts.now());
    });
  }

  private jump(from: number, to: number, now: number): void {
    this.skipped = { from, to, seenUntil: now + NOTE_MS };
    this.beginAnew();
    this.clock.seek(to, now);
  }

  /** Elsewhere everybody's picture is waited for, however long one was waited for before. */
  private beginAnew(): void {
    this.sought = true;
    for (const entry of this.players.values()) entry.loadingSince = undefined;
  }

  /** Tells of what changed, if anything did. */
  private tell(): void {
    const { status } = this;
    const pictures = new Map([...this.players].map(([key, { player }]) => [key, player.status]));
    const next: SessionStatus = {
      playing: this.clock.isPlaying,
      rate: this.clock.rate,
      waiting: this.clock.isPlaying && this.clock.isHeld,
      ended: this.ended,
      ...(this.skipped ? { skipped: { from: this.skipped.from, to: this.skipped.to } } : {}),
      pictures,
    };
    if (isSame(status, next)) return;
    this.status = next;
    for (const listener of this.listeners) listener();
  }
}

function isSame(a: SessionStatus, b: SessionStatus): boolean {
  return (
    a.playing === b.playing &&
    a.rate === b.rate &&
    a.waiting === b.waiting &&
    a.ended === b.ended &&
    a.skipped?.from === b.skipped?.from &&
    a.skipped?.to === b.skipped?.to &&
    a.pictures.size === b.pictures.size &&
    [...b.pictures].every(([key, { state, frames, failure }]) => {
      const other = a.pictures.get(key);
      return (
        other?.state === state &&
        other.frames === frames &&
        other.failure?.code === failure?.code &&
        other.failure?.message === failure?.message
      );
    })
  );
}

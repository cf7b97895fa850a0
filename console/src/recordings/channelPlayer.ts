import type Hls from 'hls.js';
import type { ErrorData, Fragment, HlsConfig, LevelDetails } from 'hls.js';
import type { TimeSpan } from '../api/recordings';
import { stepTo } from './follow';
import type { FrameShow } from './frameShow';
import { type Piece, piecesOf, placeOf, timeOf } from './mediaMap';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** So much is asked for at once; longer lists only cost. */
const WINDOW_MS = 3 * HOUR;
/** What is missing so shortly before now is still on its way. */
const EDGE_MS = 90_000;
/** So often is looked whether it has come; more seldom where nobody waits for it. */
const EDGE_LOOK_MS = 5_000;
const IDLE_LOOK_MS = 20_000;
const RETRY_MS = [1_000, 3_000, 10_000];
/** From this speed on a film may be too much for the network or the computer: then single pictures are shown. */
const FAST_RATE = 4;
const TOO_SLOW_MS = 1_500;
/** An address that is younger has not run out. */
const NEW_ADDRESS_MS = MINUTE;
const REFUSED = [401, 403];

/** A picture that lags by more holds the clock back, at ordinary speed. */
export const SLIP_MS = 400;

export interface PictureStatus {
  /** `edge`: newer footage is on its way. */
  state: 'loading' | 'ready' | 'gap' | 'edge' | 'failed';
  failure?: { code: string; message?: string };
  /** Single pictures instead of a film. */
  frames: boolean;
}

export interface ChannelPlayerParts {
  video: HTMLVideoElement;
  /** Shows the last picture while another film is put in. */
  still: HTMLCanvasElement;
  /** Where a time can be played from. */
  open: (span: TimeSpan, signal: AbortSignal) => Promise<string>;
  frames?: FrameShow;
  /** The cloud's present time. */
  now: () => number;
  /** One among several: it keeps less in store. */
  small: boolean;
  /** All that there is to see, where that is not everything. */
  limits?: TimeSpan;
  onPieces?: (pieces: readonly Piece[]) => void;
}

/** One channel's footage in a video element that follows a clock. */
export class ChannelPlayer {
  private hls: Hls | undefined;
  private window: (TimeSpan & { askedAt: number }) | undefined;
  private pieces: readonly Piece[] | undefined;
  private opening: AbortController | undefined;
  private failure: PictureStatus['failure'];
  private failedWindow: TimeSpan | undefined;
  private retryAt: number | undefined;
  private tries = 0;
  private recovered = false;
  private renewedAt: number | undefined;
  /** What is listed and not there. */
  private readonly broken: TimeSpan[] = [];
  private framesMode = false;
  private slowMs = 0;
  private lastTick: number | undefined;
  private wanted = 0;
  /** How long a frame lasted last. */
  private frameS: number | undefined;
  private steppingFrames = false;
  private lastMedia: number | undefined;
  private disposed = false;
  private state: PictureStatus['state'] = 'loading';
  private lag = 0;

  constructor(private readonly parts: ChannelPlayerParts) {
    this.watchFrames();
  }

  get status(): PictureStatus {
    return { state: this.state, frames: this.framesMode, ...(this.failure ? { failure: this.failure } : {}) };
  }

  /** How far the picture is behind the clock while it runs, in the time of the world; 0 where it is not. */
  get lagMs(): number {
    return this.state === 'ready' ? this.lag : 0;
  }

  /** Brings the picture to where the clock is; called again and again. */
  follow(at: number, rate: number, running: boolean, wantsToRun: boolean): void {
    this.wanted = at;
    const now = this.parts.now();
    const tickMs = this.lastTick === undefined ? 0 : Math.min(500, now - this.lastTick);
    this.lastTick = now;
    this.lag = 0;
    this.state = this.stateAfter(at, rate, running, now, wantsToRun ? EDGE_LOOK_MS : IDLE_LOOK_MS);
    this.judgeSpeed(at, rate, wantsToRun, tickMs);
  }

  /** When footage goes on after a moment in a gap. `unknown`: not within what was asked for. */
  nextAfter(at: number): number | 'unknown' {
    const place = this.pieces && placeOf(this.pieces, at);
    return place?.kind === 'gap' && place.next !== undefined ? place.next : 'unknown';
  }

  /**
   * The moment that the next or previous frame shows. How long a frame lasts nobody knows beforehand: it is gone on in small steps
   * until another one is seen.
   */
  async neighbourFrame(direction: 1 | -1): Promise<number | undefined> {
    const { video } = this.parts;
    const first = this.lastMedia;
    const { pieces } = this;
    if (!pieces || this.state !== 'ready' || this.framesMode || this.steppingFrames) return undefined;
    // Not every browser tells which frame is seen.
    if (first === undefined) return timeOf(pieces, video.currentTime + direction / 25);
    this.steppingFrames = true;
    try {
      let step = this.frameS ?? FRAME_STEP_S;
      while (step < LONGEST_FRAME_S) {
        // Back: into the frame before. On: a little into the next one, where rounding cannot lead back out of it.
        video.currentTime = Math.max(0, first + direction * step + 0.002);
        await nextFrame(video);
        const now = this.lastMedia;
        if (this.disposed || this.pieces !== pieces || now === undefined) return undefined;
        if (Math.abs(now - first) > 0.001) {
          this.frameS = Math.abs(now - first);
          return timeOf(pieces, now + 0.002);
        }
        step += FRAME_STEP_S;
      }
      return undefined;
    } finally {
      this.steppingFrames = false;
    }
  }

  /** After a failure: at once. */
  retryNow(): void {
    this.tries = 0;
    this.retryAt = undefined;
    this.failure = undefined;
    this.failedWindow = undefined;
    this.window = undefined;
    this.pieces = undefined;
  }

  dispose(): void {
    this.disposed = true;
    this.close();
    this.parts.frames?.dispose();
  }

  private stateAfter(at: number, rate: number, running: boolean, now: number, lookMs: number): PictureStatus['state'] {
    // What could not be had of one time may be there of another.
    const failed = this.failure && this.failedWindow;
    if (failed && (at < failed.from || at > failed.to + EDGE_LOOK_MS)) this.retryNow();
    if (this.failure) {
      if (this.retryAt === undefined || now < this.retryAt) return this.retryAt === undefined ? 'failed' : this.state;
      this.failure = undefined;
      this.window = undefined;
    }
    if (this.opening) return 'loading';
    if (this.isOutside(at, now)) {
      void this.load(at, now);
      return 'loading';
    }
    if (!this.pieces) return 'loading';
    const place = placeOf(this.pieces, at);
    if (place.kind === 'gap') {
      if (!this.parts.video.paused) this.parts.video.pause();
      if (place.next !== undefined || at < now - EDGE_MS || this.parts.limits) return 'gap';
      if (now - (this.window?.askedAt ?? 0) > lookMs) void this.load(at, now);
      return 'edge';
    }
    return this.step(place.media, rate, running);
  }

  /** In a film that is there. */
  private step(wanted: number, rate: number, running: boolean): PictureStatus['state'] {
    const { video } = this.parts;
    if (this.steppingFrames) return 'ready';
    if (this.framesMode) {
      if (!video.paused) video.pause();
      this.parts.frames?.show(this.wanted);
      return 'ready';
    }
    const { seekTo, rate: speed } = stepTo({
      wanted,
      current: video.currentTime,
      rate,
      running,
      seeking: video.seeking,
    });
    // Before there is anything, there is nothing to jump in.
    if (seekTo !== undefined && video.readyState >= HTMLMediaElement.HAVE_METADATA) video.currentTime = seekTo;
    if (speed === undefined) {
      if (!video.paused) video.pause();
    } else {
      if (Math.abs(video.playbackRate - speed) > 0.005) video.playbackRate = speed;
      // Refused while the page has not been touched and the sound is on; the clock goes on all the same.
      if (video.paused) video.play().catch(() => undefined);
    }
    if (this.hls) this.hls.config.maxBufferLength = Math.min(180, (this.parts.small ? 10 : 24) * Math.max(1, rate));
    const enough = running ? HTMLMediaElement.HAVE_FUTURE_DATA : HTMLMediaElement.HAVE_CURRENT_DATA;
    const there = video.readyState >= enough && !video.seeking;
    if (running && there && seekTo === undefined) this.lag = Math.max(0, (wanted - video.currentTime) * 1000);
    if (there) {
      this.parts.still.hidden = true;
      this.tries = 0;
    }
    return there ? 'ready' : 'loading';
  }

  /** A film that cannot be had fast enough gives way to single pictures, until the speed is ordinary again. */
  private judgeSpeed(at: number, rate: number, wantsToRun: boolean, tickMs: number): void {
    const fast = wantsToRun && rate >= FAST_RATE && this.parts.frames !== undefined;
    if (!fast) {
      this.slowMs = 0;
      if (this.framesMode) {
        this.framesMode = false;
        this.parts.frames?.clear();
      }
      return;
    }
    if (this.framesMode) {
      this.parts.frames?.show(at);
      return;
    }
    const slow = this.state === 'loading' || this.lagMs > SLIP_MS * rate;
    this.slowMs = slow ? this.slowMs + tickMs : Math.max(0, this.slowMs - tickMs / 4);
    this.framesMode = this.slowMs > TOO_SLOW_MS;
  }

  private isOutside(at: number, now: number): boolean {
    const { window } = this;
    if (!window) return true;
    if (this.parts.limits) return false;
    if (at < window.from) return true;
    if (at < window.to) return false;
    // Where it ended with the present, there may be more by now.
    return window.to < window.askedAt || now - window.askedAt > EDGE_LOOK_MS;
  }

  private windowFor(at: number, now: number): TimeSpan {
    if (this.parts.limits) return this.parts.limits;
    const from = Math.floor((at - 5 * MINUTE) / HOUR) * HOUR;
    return { from, to: Math.max(from + MINUTE, Math.min(from + WINDOW_MS, now)) };
  }

  /** `renewing`: it was played, until its address was refused. */
  private async load(at: number, now: number, renewing = false): Promise<void> {
    this.keepStill();
    this.close();
    const opening = new AbortController();
    this.opening = opening;
    const span = this.windowFor(at, now);
    try {
      const [url, { default: Library }, { default: workerPath }] = await Promise.all([
        this.parts.open(span, opening.signal),
        import('hls.js'),
        import('hls.js/dist/hls.worker.js?url'),
      ]);
      if (opening.signal.aborted) return;
      this.window = { ...span, askedAt: now };
      this.start(Library, workerPath, url, opening);
    } catch (error) {
      if (opening.signal.aborted) return;
      this.opening = undefined;
      const { code = 'other', status = 0 } = error as { code?: string; status?: number };
      if (code === 'no_footage') {
        this.window = { ...span, askedAt: now };
        this.setPieces([]);
        return;
      }
      if (renewing && [...REFUSED, 404, 410].includes(status)) {
        this.fail('access_ended', undefined, false);
        return;
      }
      const message = error instanceof Error ? error.message : String(error);
      this.fail(code, message, status === 0 || status >= 500 || status === 429);
    }
  }

  private start(Library: typeof Hls, workerPath: string, url: string, opening: AbortController): void {
    if (!Library.isSupported()) {
      this.opening = undefined;
      this.fail('mse_missing', undefined, false);
      return;
    }
    const hls = new Library({ ...CONFIG, workerPath });
    this.hls = hls;
    let started = false;
    const read = (details: LevelDetails): void => {
      if (this.hls === hls) this.setPieces(piecesOf(details.fragments));
    };
    hls.on(Library.Events.LEVEL_LOADED, (_, { details }) => {
      if (this.hls !== hls) return;
      const known = new Set(this.broken.map(({ from }) => from));
      for (const fragment of details.fragments) if (known.has(fragment.programDateTime ?? NaN)) passOver(fragment);
      read(details);
      if (started) return;
      started = true;
      if (this.opening === opening) this.opening = undefined;
      hls.startLoad(this.firstMedia());
    });
    hls.on(Library.Events.LEVEL_PTS_UPDATED, (_, { details }) => {
      read(details);
    });
    hls.on(Library.Events.ERROR, (_, data) => {
      if (this.hls === hls) this.onError(Library, hls, data, opening);
    });
    hls.attachMedia(this.parts.video);
    hls.loadSource(url);
  }

  private firstMedia(): number {
    const pieces = this.pieces ?? [];
    const place = placeOf(pieces, this.wanted);
    if (place.kind === 'footage') return place.media;
    const next = place.next === undefined ? undefined : placeOf(pieces, place.next);
    return next?.kind === 'footage' ? next.media : (pieces[0]?.media ?? 0);
  }

  private onError(Library: typeof Hls, hls: Hls, data: ErrorData, opening: AbortController): void {
    if (data.details === Library.ErrorDetails.LEVEL_EMPTY_ERROR) {
      if (this.opening === opening) this.opening = undefined;
      this.setPieces([]);
      return;
    }
    // Gone and forbidden are seen to at once: hls.js tries such a segment several times, whatever its policy says, before it gives up.
    const ofNetwork = data.type === Library.ErrorTypes.NETWORK_ERROR;
    const status = data.response?.code ?? 0;
    const { frag } = data;
    if (ofNetwork && status === 404 && frag?.programDateTime && !isPassedOver(frag)) {
      passOver(frag);
      this.broken.push({ from: frag.programDateTime, to: frag.programDateTime + frag.duration * 1000 });
      this.setPieces(this.pieces ?? []);
      hls.startLoad(this.firstMedia());
      return;
    }
    if (ofNetwork && REFUSED.includes(status)) {
      if (this.opening === opening) this.opening = undefined;
      this.refused();
      return;
    }
    if (!data.fatal) return;
    if (data.type === Library.ErrorTypes.MEDIA_ERROR && !isCodecError(Library, data) && !this.recovered) {
      this.recovered = true;
      hls.recoverMediaError();
      return;
    }
    if (this.opening === opening) this.opening = undefined;
    if (isCodecError(Library, data)) this.fail('codec', data.mimeType ?? data.error.message, false);
    else if (ofNetwork) this.fail('network', data.details, true);
    else this.fail('decode_failed', data.details, true);
  }

  /** An address is good for a day: who paused over night gets another one, and who may watch no more is told so when he asks. */
  private refused(): void {
    const now = this.parts.now();
    if (this.renewedAt !== undefined && now - this.renewedAt < NEW_ADDRESS_MS) {
      this.fail('access_ended', undefined, false);
      return;
    }
    this.renewedAt = now;
    void this.load(this.wanted, now, true);
  }

  private setPieces(pieces: readonly Piece[]): void {
    const whole = pieces.filter(
      ({ from, to }) => !this.broken.some((span) => from < span.to - 1 && to > span.from + 1),
    );
    this.pieces = whole;
    this.parts.onPieces?.(whole);
  }

  private fail(code: string, message: string | undefined, again: boolean): void {
    this.failedWindow = this.windowFor(this.wanted, this.parts.now());
    this.close();
    this.failure = { code, ...(message === undefined ? {} : { message }) };
    const wait = RETRY_MS[Math.min(this.tries, RETRY_MS.length - 1)] ?? 10_000;
    this.retryAt = again ? this.parts.now() + wait : undefined;
    // At first it is tried again without a word.
    this.state = again && this.tries < 2 ? 'loading' : 'failed';
    this.tries += 1;
    if (code === 'access_ended' || code === 'forbidden') this.parts.still.hidden = true;
  }

  private close(): void {
    this.opening?.abort();
    this.opening = undefined;
    this.hls?.destroy();
    this.hls = undefined;
    this.pieces = undefined;
    this.lastMedia = undefined;
    this.recovered = false;
    this.window = undefined;
  }

  /** Keeps what is seen until there is something newer. */
  private keepStill(): void {
    const { video, still } = this.parts;
    if (video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA || video.videoWidth === 0) return;
    still.width = video.videoWidth;
    still.height = video.videoHeight;
    still.getContext('2d')?.drawImage(video, 0, 0);
    still.hidden = false;
  }

  /** Knows which frame is seen. */
  private watchFrames(): void {
    const { video } = this.parts;
    if (!('requestVideoFrameCallback' in video)) return;
    const seen = (_: number, { mediaTime }: VideoFrameCallbackMetadata): void => {
      if (this.disposed) return;
      this.lastMedia = mediaTime;
      video.requestVideoFrameCallback(seen);
    };
    video.requestVideoFrameCallback(seen);
  }
}

/** Shorter than any frame. */
const FRAME_STEP_S = 1 / 61;
const LONGEST_FRAME_S = 1.1;

/** Waits until a jump is done and its picture is seen, or no other one comes. */
async function nextFrame(video: HTMLVideoElement): Promise<void> {
  await new Promise<void>((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(done, 1500);
    video.addEventListener('seeked', done, { once: true });
  });
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, 80);
    video.requestVideoFrameCallback(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

const CONFIG: Partial<HlsConfig> = {
  autoStartLoad: false,
  enableWorker: true,
  backBufferLength: 30,
  maxBufferLength: 24,
  maxMaxBufferLength: 240,
  maxBufferSize: 60 * 1000 * 1000,
  fragLoadPolicy: {
    default: {
      maxTimeToFirstByteMs: 10_000,
      maxLoadTimeMs: 60_000,
      timeoutRetry: { maxNumRetry: 3, retryDelayMs: 0, maxRetryDelayMs: 0 },
      errorRetry: {
        maxNumRetry: 4,
        retryDelayMs: 500,
        maxRetryDelayMs: 4_000,
        // What is gone or forbidden does not come back.
        shouldRetry: (retry, count, _isTimeout, response) =>
          retry != null && count < retry.maxNumRetry && ![401, 403, 404, 410].includes(response?.code ?? 0),
      },
    },
  },
};

const GAP = 'GAP';

/** As if the list said EXT-X-GAP of it: without the tag, hls.js takes a gap for a passing one and asks for it again and again. */
function passOver(fragment: Fragment): void {
  if (isPassedOver(fragment)) return;
  fragment.gap = true;
  fragment.tagList.push([GAP]);
}

function isPassedOver({ tagList }: Fragment): boolean {
  return tagList.some(([tag]) => tag === GAP);
}

function isCodecError(Library: typeof Hls, { details }: ErrorData): boolean {
  return (
    details === Library.ErrorDetails.BUFFER_ADD_CODEC_ERROR ||
    details === Library.ErrorDetails.BUFFER_INCOMPATIBLE_CODECS_ERROR ||
    details === Library.ErrorDetails.MANIFEST_INCOMPATIBLE_CODECS_ERROR
  );
}

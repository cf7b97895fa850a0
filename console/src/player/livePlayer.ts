import { referenceTimesIn, startsWithInit, tracksOf } from './boxes';
import { FrameWatch } from './frameWatch';
import { IngestTimeline } from './ingestTimeline';
import { LiveEdge } from './liveEdge';
import { canPlay, MediaSink } from './mediaSink';
import { parseLiveMessage } from './messages';
import { RateMeter } from './rateMeter';
import { Backoff, type FailureCode, isBarred, retryClassOf } from './retry';
import { localNowMs, type ServerClock } from './serverClock';
import { type Hold, INITIAL_STATUS, type LiveGrant, LiveRefused, type PlayerStatus } from './status';

export interface LivePlayerOptions {
  video: HTMLVideoElement;
  /** Lies over the video; shows the last picture while a new connection has none yet. */
  still: HTMLCanvasElement;
  /** Asks the cloud for the stream. Rejects with LiveRefused where the cloud says why not. */
  open: (signal: AbortSignal) => Promise<LiveGrant>;
  clock: ServerClock;
}

const TICK_MS = 250;
/** No byte for so long on an open socket: the path is dead, whatever TCP thinks. */
const SILENCE_MS = 8_000;
/** Bytes come but the picture stands: the decoder is stuck. */
const STUCK_MS = 6_000;
/** A hiccup shorter than this is not worth a spinner. */
const HICCUP_MS = 600;
/** The first bytes on a connection are the past since the last keyframe: they say nothing about the bitrate. */
const BURST_MS = 400;
/** How the cloud closes the sockets of those who may no longer watch. */
const CLOSED_ACCESS_ENDED = 4401;
/** A lost connection is mended quietly so many times before the person is told. */
const QUIET_ATTEMPTS = 2;

/**
 * Plays one channel live: asks for the stream, pulls fragments over a WebSocket into Media Source Extensions, keeps near the
 * live edge, and mends itself. Knows neither React nor the API's addresses. What it is doing can be read from `status`.
 */
export class LivePlayer {
  status: PlayerStatus = INITIAL_STATUS;

  private readonly listeners = new Set<() => void>();
  private readonly timeline = new IngestTimeline();
  private readonly edge = new LiveEdge();
  private readonly meter = new RateMeter();
  private readonly backoff = new Backoff();
  private readonly frames: FrameWatch;
  private readonly holds = new Set<Hold>();

  private sink: MediaSink | undefined;
  private socket: WebSocket | undefined;
  private opening: AbortController | undefined;
  private retryTimer: ReturnType<typeof setTimeout> | undefined;
  private ticker: ReturnType<typeof setInterval> | undefined;
  private failuresInARow = 0;
  private socketSinceMs = 0;
  private lastByteMs = 0;
  /** A frame could have been shown since then: the clock that tells a stuck decoder. */
  private frameDueSinceMs = 0;
  /** The sink holds media of an earlier connection, whose timeline has nothing to do with the next one's. */
  private sinkIsStale = false;
  private publisherGone = false;
  private disposed = false;

  constructor(private readonly options: LivePlayerOptions) {
    this.frames = new FrameWatch(options.video);
    options.video.addEventListener('error', this.onVideoError);
    options.video.addEventListener('waiting', this.onStall);
  }

  start(): void {
    if (this.disposed || this.ticker) return;
    this.ticker = setInterval(this.tick, TICK_MS);
    this.connect();
  }

  /** Ends for good. */
  dispose(): void {
    this.disposed = true;
    this.disconnect();
    clearInterval(this.ticker);
    this.frames.stop();
    this.options.video.removeEventListener('error', this.onVideoError);
    this.options.video.removeEventListener('waiting', this.onStall);
    this.sink?.close();
    this.listeners.clear();
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  getStatus = (): PlayerStatus => this.status;

  /** Stops pulling while any hold is set; the last picture stays. */
  hold(reason: Hold): void {
    if (this.holds.has(reason)) return;
    this.holds.add(reason);
    if (!this.ticker || this.holds.size > 1) {
      if (reason === 'user') this.update({ state: 'paused' });
      return;
    }
    this.disconnect();
    this.options.video.pause();
    this.update({ state: 'paused', retryAtMs: undefined });
  }

  release(reason: Hold): void {
    if (!this.holds.delete(reason) || this.holds.size > 0 || !this.ticker) return;
    this.failuresInARow = 0;
    this.backoff.reset();
    this.connect();
  }

  /** Something changed for the better (the device came online, the person pressed "try again"): do not wait any longer. */
  retryNow(): void {
    if (this.holds.size > 0 || this.socket || this.opening || !this.ticker) return;
    this.backoff.reset();
    this.connect();
  }

  private connect(): void {
    if (this.disposed || this.holds.size > 0) return;
    this.disconnect();
    const opening = new AbortController();
    this.opening = opening;
    // While mending, what the person reads stays until there is something better to say.
    this.update({ state: this.status.state === 'error' ? 'error' : 'connecting', retryAtMs: undefined });
    this.options.open(opening.signal).then(
      (grant) => {
        if (!opening.signal.aborted) this.openSocket(grant);
      },
      (error: unknown) => {
        if (opening.signal.aborted) return;
        if (error instanceof LiveRefused) this.fail(error.code, error.message);
        else this.fail('network');
      },
    );
  }

  private openSocket(grant: LiveGrant): void {
    this.opening = undefined;
    const socket = new WebSocket(grant.url);
    socket.binaryType = 'arraybuffer';
    this.socket = socket;
    this.socketSinceMs = this.lastByteMs = this.frameDueSinceMs = performance.now();
    this.sinkIsStale = this.sink !== undefined;
    this.update({ state: 'connecting', failure: undefined, streamId: grant.streamId });
    socket.onmessage = (event: MessageEvent<string | ArrayBuffer>) => {
      this.lastByteMs = performance.now();
      if (typeof event.data === 'string') this.onText(event.data);
      else this.onMedia(new Uint8Array(event.data));
    };
    socket.onclose = ({ code }) => {
      this.fail(code === CLOSED_ACCESS_ENDED ? 'access_ended' : 'connection_lost');
    };
  }

  private disconnect(): void {
    clearTimeout(this.retryTimer);
    this.opening?.abort();
    this.opening = undefined;
    if (this.socket) {
      this.socket.onmessage = this.socket.onclose = null;
      this.socket.close();
      this.socket = undefined;
    }
    this.publisherGone = false;
    this.meter.clear();
    this.frames.stop();
  }

  private onText(text: string): void {
    const message = parseLiveMessage(text);
    if (message?.type === 'waiting') {
      this.publisherGone = true;
      this.update({ state: 'waiting', waitingFor: 'device' });
    } else if (message?.type === 'init') {
      this.publisherGone = false;
      this.frameDueSinceMs = this.lastByteMs;
      this.edge.onJoin(this.lastByteMs);
      this.prepareSink(message.mime);
      this.update({ mime: message.mime, width: message.width, height: message.height });
    }
  }

  private prepareSink(mime: string): void {
    const playable = canPlay(mime);
    if (!playable) {
      this.update({ mime });
      this.fail(playable === undefined ? 'mse_missing' : 'codec_unsupported');
      return;
    }
    if (!this.sink || this.sinkIsStale || !this.sink.changeType(mime)) this.rebuildSink(mime);
    this.frames.start(this.onFrame);
  }

  private rebuildSink(mime: string): void {
    this.keepStill();
    this.sink?.close();
    this.sinkIsStale = false;
    this.timeline.clear();
    this.sink = new MediaSink(this.options.video, mime, (failure) => {
      this.sink = undefined;
      this.fail(failure);
    });
    void this.play();
  }

  private onMedia(bytes: Uint8Array): void {
    if (!this.sink || this.sinkIsStale) return;
    if (startsWithInit(bytes)) this.timeline.setTracks(tracksOf(bytes));
    for (const time of referenceTimesIn(bytes)) this.timeline.add(time);
    if (this.lastByteMs - this.socketSinceMs > BURST_MS) this.meter.add(this.lastByteMs, bytes.byteLength);
    this.sink.append(bytes);
  }

  private readonly onFrame = (): void => {
    this.options.still.hidden = true;
    if (this.status.state === 'playing' || this.publisherGone || !this.socket) return;
    this.failuresInARow = 0;
    this.backoff.reset();
    this.update({ state: 'playing', failure: undefined });
  };

  private async play(): Promise<void> {
    const { video } = this.options;
    try {
      await video.play();
    } catch (error) {
      // Sound needs a gesture first; the picture does not.
      if (error instanceof DOMException && error.name === 'NotAllowedError' && !video.muted) {
        video.muted = true;
        void this.play();
      }
    }
  }

  private readonly onVideoError = (): void => {
    // A closed sink takes its source away, which is no error.
    if (this.sink && this.options.video.error) this.fail('decode_failed');
  };

  private readonly onStall = (): void => {
    if (this.status.state === 'playing' && !this.publisherGone) this.edge.onStall(performance.now());
  };

  private fail(code: FailureCode, message?: string): void {
    this.disconnect();
    this.failuresInARow += 1;
    const failure = { code, message };
    if (isBarred(code)) this.blank();
    const delayMs = this.backoff.next(code);
    if (delayMs === undefined) {
      const unsupported = code === 'codec_unsupported' || code === 'mse_missing';
      this.update({ state: unsupported ? 'unsupported' : 'error', failure, retryAtMs: undefined });
      return;
    }
    this.retryTimer = setTimeout(() => {
      this.connect();
    }, delayMs);
    const quiet =
      retryClassOf(code) === 'soon' && this.failuresInARow <= QUIET_ATTEMPTS && this.status.state !== 'error';
    if (code === 'decode_failed' || code === 'overflow') this.dropSink();
    this.update({ state: quiet ? 'connecting' : 'error', failure, retryAtMs: Date.now() + delayMs });
  }

  private dropSink(): void {
    this.keepStill();
    this.sink?.close();
    this.sink = undefined;
  }

  /** Leaves nothing on the screen. */
  private blank(): void {
    this.sink?.close();
    this.sink = undefined;
    this.options.still.hidden = true;
  }

  private readonly tick = (): void => {
    const now = performance.now();
    if (this.socket && this.watchdog(now)) return;
    this.followEdge(now);
    this.measure(now);
  };

  /** True where the connection was given up. */
  private watchdog(now: number): boolean {
    if (this.publisherGone) return false;
    if (now - this.lastByteMs > SILENCE_MS) {
      this.fail('stalled');
      return true;
    }
    // A hidden tab draws no frames, and that is fine.
    if (document.visibilityState === 'hidden') this.frameDueSinceMs = now;
    const standsMs = now - Math.max(this.frames.lastFrameMs, this.frameDueSinceMs);
    if (this.sink && standsMs > STUCK_MS) {
      this.fail('decode_failed');
      return true;
    }
    // A camera of one frame a second is not stuttering.
    const hiccupMs = Math.max(HICCUP_MS, 3000 / Math.max(this.frames.perSecond(now), 1));
    if (this.status.state === 'playing' && standsMs > hiccupMs) {
      this.update({ state: 'waiting', waitingFor: 'network' });
    }
    return false;
  }

  private followEdge(now: number): void {
    const { video } = this.options;
    if (!this.sink || this.sinkIsStale || !this.socket) return;
    const action = this.edge.decide(now, video.currentTime, this.sink.ranges());
    if (video.playbackRate !== action.playbackRate) video.playbackRate = action.playbackRate;
    if (action.seekTo !== undefined && !video.seeking) video.currentTime = action.seekTo;
    if (action.trimBefore !== undefined) this.sink.trim(action.trimBefore);
    if (video.paused) void this.play();
  }

  private measure(now: number): void {
    const { video, clock } = this.options;
    if (this.status.state !== 'playing') return;
    const shown = this.frames.shown;
    const ingestMs = shown && this.timeline.ingestMsAt(shown.mediaS);
    const newest = this.sink?.ranges().at(-1);
    this.update({
      width: video.videoWidth || this.status.width,
      height: video.videoHeight || this.status.height,
      stats: {
        latencyMs:
          shown && ingestMs !== undefined ? clock.at(performance.timeOrigin + shown.atMs) - ingestMs : undefined,
        bitrateBps: this.meter.bitsPerSecond(now),
        framesPerSecond: this.frames.perSecond(now),
        bufferMs: newest ? Math.max(0, newest.end - video.currentTime) * 1000 : 0,
        droppedFrames: video.getVideoPlaybackQuality().droppedVideoFrames,
        atMs: localNowMs(),
      },
    });
  }

  /** Copies the picture on screen to the canvas above, so that nobody sees black while the source is changed. */
  private keepStill(): void {
    const { video, still } = this.options;
    if (video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA || video.videoWidth === 0) return;
    still.width = video.videoWidth;
    still.height = video.videoHeight;
    still.getContext('2d')?.drawImage(video, 0, 0);
    still.hidden = false;
  }

  private update(change: Partial<PlayerStatus>): void {
    if (this.disposed) return;
    this.status = { ...this.status, ...change };
    for (const listener of this.listeners) listener();
  }
}

/** The last frame that reached the screen. */
export interface ShownFrame {
  /** Its media time, s. */
  mediaS: number;
  /** When it was (about to be) shown, on the performance.now() scale, ms. */
  atMs: number;
}

/**
 * Watches frames reach the screen: exact through requestVideoFrameCallback, else (old Firefox) by the advance of currentTime
 * at every animation frame.
 */
export class FrameWatch {
  shown: ShownFrame | undefined;
  /** When the last frame was shown (performance.now() scale, ms); 0 where none was. */
  lastFrameMs = 0;

  private readonly times: number[] = [];
  private stopWatching: (() => void) | undefined;

  constructor(private readonly video: HTMLVideoElement) {}

  start(onFrame: () => void): void {
    this.stop();
    this.stopWatching = 'requestVideoFrameCallback' in this.video ? this.watchFrames(onFrame) : this.watchTime(onFrame);
  }

  stop(): void {
    this.stopWatching?.();
    this.stopWatching = undefined;
    this.shown = undefined;
    this.times.length = 0;
  }

  /** Frames shown a second, over the last two seconds. */
  perSecond(nowMs: number): number {
    while ((this.times[0] ?? nowMs) < nowMs - 2000) this.times.shift();
    const first = this.times[0];
    const last = this.times.at(-1);
    if (first === undefined || last === undefined || last <= first) return 0;
    return ((this.times.length - 1) * 1000) / (last - first);
  }

  private record(frame: ShownFrame, onFrame: () => void): void {
    this.shown = frame;
    this.lastFrameMs = performance.now();
    this.times.push(frame.atMs);
    // Only perSecond() expires them otherwise, and it may not be asked.
    if (this.times.length > 1000) this.times.splice(0, 500);
    onFrame();
  }

  private watchFrames(onFrame: () => void): () => void {
    let handle = 0;
    const next = (_now: number, frame: VideoFrameCallbackMetadata): void => {
      handle = this.video.requestVideoFrameCallback(next);
      this.record({ mediaS: frame.mediaTime, atMs: frame.expectedDisplayTime }, onFrame);
    };
    handle = this.video.requestVideoFrameCallback(next);
    return () => {
      this.video.cancelVideoFrameCallback(handle);
    };
  }

  private watchTime(onFrame: () => void): () => void {
    let handle = 0;
    let before = this.video.currentTime;
    const next = (nowMs: number): void => {
      handle = requestAnimationFrame(next);
      const mediaS = this.video.currentTime;
      if (mediaS === before || this.video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return;
      before = mediaS;
      this.record({ mediaS, atMs: nowMs }, onFrame);
    };
    handle = requestAnimationFrame(next);
    return () => {
      cancelAnimationFrame(handle);
    };
  }
}

import type { Frame } from '../api/recordings';

const CACHED = 80;

/** Shows single pictures of the past, one after the other: while hovering, and where a film is too slow. */
export class FrameShow {
  private readonly cache = new Map<number, Frame | null>();
  private wanted: number | undefined;
  private loading: AbortController | undefined;
  private shown: string | undefined;
  private shownKey: number | undefined;

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly fetchFrame: (at: number, signal: AbortSignal) => Promise<Frame | undefined>,
    /** Pictures of the same such step of time count as the same. */
    private readonly stepMs = () => 1000,
  ) {}

  /** Of many asked for in haste, only the last one is fetched. */
  show(at: number): void {
    const step = this.stepMs();
    this.wanted = Math.floor(at / step) * step;
    if (!this.loading) void this.next();
  }

  clear(): void {
    this.wanted = undefined;
    this.shownKey = undefined;
    this.loading?.abort();
    this.loading = undefined;
    this.video.dataset['shown'] = 'false';
  }

  dispose(): void {
    this.clear();
    this.video.removeAttribute('src');
    if (this.shown) URL.revokeObjectURL(this.shown);
    this.cache.clear();
  }

  private async next(): Promise<void> {
    const key = this.wanted;
    this.wanted = undefined;
    if (key === undefined || key === this.shownKey) return;
    let frame = this.cache.get(key);
    if (frame === undefined) {
      const loading = new AbortController();
      this.loading = loading;
      try {
        frame = (await this.fetchFrame(key, loading.signal)) ?? null;
      } catch {
        // Not there, or too many asked at once: the next one may be.
        if (this.loading === loading) this.loading = undefined;
        if (!loading.signal.aborted) void this.next();
        return;
      }
      if (loading.signal.aborted) return;
      this.loading = undefined;
      this.remember(key, frame);
    }
    this.put(key, frame);
    void this.next();
  }

  private put(key: number, frame: Frame | null): void {
    this.shownKey = key;
    if (!frame) {
      this.video.dataset['shown'] = 'false';
      return;
    }
    const url = URL.createObjectURL(frame.film);
    const old = this.shown;
    this.shown = url;
    this.video.onloadeddata = () => {
      this.video.dataset['shown'] = 'true';
    };
    // E.g. a codec that this browser does not know.
    this.video.onerror = () => {
      this.video.dataset['shown'] = 'false';
    };
    this.video.src = url;
    if (old) URL.revokeObjectURL(old);
  }

  private remember(key: number, frame: Frame | null): void {
    this.cache.set(key, frame);
    const [oldest] = this.cache.keys();
    if (this.cache.size > CACHED && oldest !== undefined) this.cache.delete(oldest);
  }
}

/**
 * The one clock that every picture follows: which moment of the past is shown now. It runs at a speed, and stands while somebody
 * paused it or a picture is not there yet. Both times in ms since the epoch; the present is passed in.
 */
export class PlaybackClock {
  private playing = false;
  private speed = 1;
  private readonly holders = new Set<string>();
  /** The moment shown, and when it was so. */
  private shown: number;
  private since: number;

  constructor(at: number, now: number) {
    this.shown = at;
    this.since = now;
  }

  at(now: number): number {
    return this.isRunning ? this.shown + (now - this.since) * this.speed : this.shown;
  }

  get isPlaying(): boolean {
    return this.playing;
  }

  get isRunning(): boolean {
    return this.playing && this.holders.size === 0;
  }

  get isHeld(): boolean {
    return this.holders.size > 0;
  }

  get rate(): number {
    return this.speed;
  }

  play(now: number): void {
    this.change(now, () => {
      this.playing = true;
    });
  }

  pause(now: number): void {
    this.change(now, () => {
      this.playing = false;
    });
  }

  setRate(rate: number, now: number): void {
    this.change(now, () => {
      this.speed = rate;
    });
  }

  seek(at: number, now: number): void {
    this.shown = at;
    this.since = now;
  }

  /** Stands until everybody who holds it has let go. */
  hold(who: string, now: number): void {
    if (this.holders.has(who)) return;
    this.change(now, () => {
      this.holders.add(who);
    });
  }

  release(who: string, now: number): void {
    if (!this.holders.has(who)) return;
    this.change(now, () => {
      this.holders.delete(who);
    });
  }

  private change(now: number, make: () => void): void {
    this.seek(this.at(now), now);
    make();
  }
}

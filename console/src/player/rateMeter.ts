/** Bits a second over a sliding window. */
export class RateMeter {
  private readonly samples: { atMs: number; bytes: number }[] = [];
  private total = 0;

  constructor(private readonly windowMs = 4000) {}

  add(atMs: number, bytes: number): void {
    this.samples.push({ atMs, bytes });
    this.total += bytes;
    this.expire(atMs);
  }

  bitsPerSecond(nowMs: number): number {
    this.expire(nowMs);
    const first = this.samples[0];
    if (!first) return 0;
    // At the beginning the window is shorter; below half a second a rate would be noise.
    const spanMs = Math.max(nowMs - first.atMs, 500);
    return (this.total * 8000) / spanMs;
  }

  clear(): void {
    this.samples.length = 0;
    this.total = 0;
  }

  private expire(nowMs: number): void {
    let gone = 0;
    for (const sample of this.samples) {
      if (nowMs - sample.atMs <= this.windowMs) break;
      this.total -= sample.bytes;
      gone += 1;
    }
    if (gone > 0) this.samples.splice(0, gone);
  }
}

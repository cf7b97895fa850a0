/**
 * The cloud's clock, told from the `Date` header of its answers. A header says only the second, so every answer bounds the
 * offset to an interval of one second plus the round trip; the intervals of several answers intersect to a narrow one.
 * Probing at the moment where the present estimate expects the second to turn halves the interval each time.
 */
export class ServerClock {
  /** Server time minus local time lies between these two, ms. */
  private low = -Infinity;
  private high = Infinity;

  /**
   * Takes in one answer.
   * @param dateMs the `Date` header, ms since the epoch (whole seconds)
   * @param sentMs local time when the request left
   * @param receivedMs local time when the answer's head was there
   */
  observe(dateMs: number, sentMs: number, receivedMs: number): void {
    if (!Number.isFinite(dateMs) || receivedMs < sentMs) return;
    const low = dateMs - receivedMs;
    const high = dateMs + 1000 - sentMs;
    if (low > this.high || high < this.low) {
      // One of the clocks was set meanwhile: what was known is void.
      this.low = low;
      this.high = high;
      return;
    }
    this.low = Math.max(this.low, low);
    this.high = Math.min(this.high, high);
  }

  /** Half the width of what is not known, ms. Infinity before the first answer. */
  get uncertaintyMs(): number {
    return (this.high - this.low) / 2;
  }

  /** The server's time at a local time, ms since the epoch. Before the first answer the clocks are taken to agree. */
  at(localMs: number): number {
    return localMs + this.offsetMs;
  }

  /** How long to wait from a local time so that a probe arrives as the server's second turns, ms. */
  untilTurn(localMs: number): number {
    const phase = ((this.at(localMs) % 1000) + 1000) % 1000;
    return 1000 - phase;
  }

  private get offsetMs(): number {
    return Number.isFinite(this.low) && Number.isFinite(this.high) ? (this.low + this.high) / 2 : 0;
  }
}

/** Wall clock that does not step when the system's clock is set, ms since the epoch. */
export function localNowMs(): number {
  return performance.timeOrigin + performance.now();
}

/** Who closed a toast by hand has seen enough for so long, ms. */
const QUIET_MS = 60_000;

/** Whether a toast is shown for an alarm, and whether it takes the place of the one that is there. Knows no clock. */
export class ToastPace {
  #shown = 0;
  #closedByHandAt = -Infinity;

  /** `count` alarms came at once. Undefined: none is shown. */
  next(nowMs: number, count: number): { replaces: boolean; others: number } | undefined {
    if (nowMs - this.#closedByHandAt < QUIET_MS) return undefined;
    const replaces = this.#shown > 0;
    this.#shown += count;
    return { replaces, others: this.#shown - 1 };
  }

  /** The toast is gone: its time was over, or the person opened it. */
  ended(): void {
    this.#shown = 0;
  }

  /** The person closed it. */
  closed(nowMs: number): void {
    this.#shown = 0;
    this.#closedByHandAt = nowMs;
  }
}

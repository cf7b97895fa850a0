/** How a picture is kept in step with the clock. */

export interface Standing {
  /** Where the clock wants it, and where it is, in seconds of the film. */
  wanted: number;
  current: number;
  rate: number;
  running: boolean;
  /** It is jumping already. */
  seeking: boolean;
}

export interface Step {
  seekTo?: number;
  /** At which speed it is to go on; undefined: it stands. */
  rate?: number;
}

/** Nobody sees less. */
const CLOSE_S = 0.03;
/** More is not made good by another speed: it jumps. Back at once; on only if it must, since who lags may be too slow for jumps, too. */
const FAR_AHEAD_S = 0.9;
const FAR_BEHIND_S = 3;
/** Who is ahead by more stands until the clock has come: as when it was held back for another picture. */
const WAITS_S = 0.25;
/** A standing picture is the very frame. */
const EXACT_S = 0.004;
/** A drift is caught up within about this time. */
const CATCH_UP_S = 1.5;
const MOST_FASTER = 0.25;
/** What browsers allow. */
const SLOWEST = 0.0625;
const FASTEST = 16;

export function stepTo({ wanted, current, rate, running, seeking }: Standing): Step {
  const drift = wanted - current;
  if (!running) return Math.abs(drift) > EXACT_S && !seeking ? { seekTo: wanted } : {};
  // At a high speed a moment of hesitation is a long way.
  const far = (drift > 0 ? FAR_BEHIND_S : FAR_AHEAD_S) * Math.max(1, rate);
  if (Math.abs(drift) > far) return seeking ? { rate } : { seekTo: wanted, rate };
  if (drift < -WAITS_S * Math.max(1, rate)) return {};
  if (Math.abs(drift) < CLOSE_S * Math.max(1, rate)) return { rate: bounded(rate) };
  const faster = Math.max(-MOST_FASTER, Math.min(MOST_FASTER, drift / CATCH_UP_S / Math.max(1, rate)));
  return { rate: bounded(rate * (1 + faster)) };
}

function bounded(rate: number): number {
  return Math.min(FASTEST, Math.max(SLOWEST, rate));
}

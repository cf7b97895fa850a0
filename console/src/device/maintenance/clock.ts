/** The device's clock as it is now, from what it said some time ago. The zone is the device's: nothing is converted. */
export function clockNow(
  datetime: string,
  saidAtMs: number,
  nowMs: number,
): { date: string; time: string } | undefined {
  // Reckoned as if it were UTC, and written as such.
  const then = Date.parse(`${datetime.slice(0, 19)}Z`);
  if (Number.isNaN(then)) return undefined;
  const now = new Date(then + Math.max(0, nowMs - saidAtMs)).toISOString();
  return { date: now.slice(0, 10), time: now.slice(11, 19) };
}

/** A second or two is what asking takes. */
const AGREES_S = 2;

export type Skew = { kind: 'agrees' } | { kind: 'ahead' | 'behind'; seconds: number };

export function skewOf(skewS: number): Skew {
  if (Math.abs(skewS) <= AGREES_S) return { kind: 'agrees' };
  return { kind: skewS > 0 ? 'ahead' : 'behind', seconds: Math.round(Math.abs(skewS)) };
}

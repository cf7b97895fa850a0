import { ApiError } from '../api/apiError';
import { type ChannelRef, cloudNow, fetchTimeline, type TimelineMark } from '../api/recordings';
import { footageBefore, footageFrom, neighbourMark } from './ranges';

const HOUR = 3_600_000;
/** How far is looked at first, then further and further. */
const REACHES = [3 * HOUR, 48 * HOUR, 16 * 24 * HOUR, 120 * 24 * HOUR, 390 * 24 * HOUR];

/** Looks through the timeline, further and further away, for what is nearest. */
async function search<T>(
  ref: ChannelRef,
  at: number,
  direction: 1 | -1,
  signal: AbortSignal,
  find: (timeline: Awaited<ReturnType<typeof fetchTimeline>>) => T | undefined,
): Promise<T | undefined> {
  for (const reach of REACHES) {
    const span = direction === 1 ? { from: at, to: Math.min(at + reach, cloudNow()) } : { from: at - reach, to: at };
    if (span.to <= span.from) return undefined;
    const timeline = await fetchTimeline(ref, span, (span.to - span.from) / 4000, signal).catch((error: unknown) => {
      // Recordings of some other time may be allowed.
      if (error instanceof ApiError && error.status === 403) return undefined;
      throw error;
    });
    const found = timeline && find(timeline);
    if (found !== undefined) return found;
    if (direction === 1 && at + reach >= cloudNow()) return undefined;
  }
  return undefined;
}

/** When footage of any of the channels goes on after a moment. */
export async function nextFootage(
  refs: readonly ChannelRef[],
  at: number,
  signal: AbortSignal,
): Promise<number | undefined> {
  const found = await Promise.all(
    refs.map((ref) => search(ref, at + 1, 1, signal, ({ ranges }) => footageFrom(ranges, at + 1))),
  );
  const known = found.filter((next) => next !== undefined);
  return known.length > 0 ? Math.min(...known) : undefined;
}

/** Until when there is footage before a moment. */
export async function lastFootage(
  refs: readonly ChannelRef[],
  at: number,
  signal: AbortSignal,
): Promise<number | undefined> {
  const found = await Promise.all(
    refs.map((ref) => search(ref, at, -1, signal, ({ ranges }) => footageBefore(ranges, at))),
  );
  const known = found.filter((last) => last !== undefined);
  return known.length > 0 ? Math.max(...known) : undefined;
}

/** An alarm is shown from a little before it. */
export const LEAD_MS = 2_000;

/** The alarm that begins next, or began last, on any of the channels. */
export async function neighbourAlarm(
  refs: readonly ChannelRef[],
  at: number,
  direction: 1 | -1,
  signal: AbortSignal,
): Promise<TimelineMark | undefined> {
  // Where one is shown from, that one is neither.
  const beyond = direction === 1 ? at + LEAD_MS + 500 : at - 500;
  const find = (marks: readonly TimelineMark[]) => neighbourMark(marks, beyond, direction);
  const found = await Promise.all(
    refs.map((ref) => search(ref, beyond, direction, signal, ({ marks }) => find(marks))),
  );
  return find(found.filter((mark) => mark !== undefined));
}

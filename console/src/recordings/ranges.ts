import type { GapReason, TimelineMark, TimelineRange, TimeSpan } from '../api/recordings';
import { type View, xOf } from './view';

/** What is known of a moment. */
export function rangeAt(ranges: readonly TimelineRange[], at: number): TimelineRange | undefined {
  let low = 0;
  let high = ranges.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const range = ranges[middle];
    if (!range) return undefined;
    if (at < range.from) high = middle - 1;
    else if (at >= range.to) low = middle + 1;
    else return range;
  }
  return undefined;
}

/** The first moment with footage at or after a time. */
export function footageFrom(ranges: readonly TimelineRange[], at: number): number | undefined {
  const range = ranges.find(({ to, gap }) => gap === undefined && to > at);
  return range && Math.max(range.from, at);
}

/** The last moment with footage before a time. */
export function footageBefore(ranges: readonly TimelineRange[], at: number): number | undefined {
  const range = ranges.findLast(({ from, gap }) => gap === undefined && from < at);
  return range && Math.min(range.to, at);
}

/** A span without the time at its ends of which it is known that there is no footage; as it is where there is none at all. */
export function trimmed(span: TimeSpan, ranges: readonly TimelineRange[]): TimeSpan {
  const known = ranges.some(({ from, to, gap }) => gap === undefined && to > span.from && from < span.to);
  if (!known) return span;
  const from = rangeAt(ranges, span.from) ? footageFrom(ranges, span.from) : span.from;
  const to = rangeAt(ranges, span.to - 1) ? footageBefore(ranges, span.to) : span.to;
  return from !== undefined && to !== undefined && from < to ? { from, to } : span;
}

export interface Bar {
  x: number;
  width: number;
  gap?: GapReason;
  alarm?: true;
}

/** What is drawn: neighbours of one kind as one bar; what is narrower than a pixel joins what it lies in, footage before gaps. */
export function barsOf(ranges: readonly TimelineRange[], view: View, width: number): Bar[] {
  const bars: Bar[] = [];
  for (const { from, to, gap, alarm } of ranges) {
    if (to <= view.from || from >= view.to) continue;
    const x = Math.max(0, xOf(view, from, width));
    const end = Math.min(width, xOf(view, to, width));
    const last = bars.at(-1);
    if (last && last.gap === gap && last.alarm === alarm) {
      last.width = end - last.x;
      continue;
    }
    const narrow = end - x < 1;
    if (narrow && gap !== undefined && last) {
      last.width = end - last.x;
      continue;
    }
    bars.push({
      x,
      width: narrow ? Math.max(end - x, 1) : end - x,
      ...(gap === undefined ? {} : { gap }),
      ...(alarm && { alarm }),
    });
  }
  return bars;
}

/** The next alarm that begins after a time, or the last one before it. */
export function neighbourMark(
  marks: readonly TimelineMark[],
  at: number,
  direction: 1 | -1,
  kind: TimelineMark['kind'] = 'alarm',
): TimelineMark | undefined {
  const sorted = marks.filter((mark) => mark.kind === kind).toSorted((a, b) => a.from - b.from);
  return direction === 1 ? sorted.find(({ from }) => from > at) : sorted.findLast(({ from }) => from < at);
}

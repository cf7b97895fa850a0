/** The geometry of the timeline: a piece of time laid over a width. Times in ms since the epoch, places in pixels. */

export interface View {
  from: number;
  to: number;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** From a minute to a month. */
export const MIN_SPAN = MINUTE;
export const MAX_SPAN = 32 * DAY;

/** So much of the view may lie ahead of now: in the morning, the day is seen whole all the same. */
const AHEAD = 0.9;

export const spanOf = ({ from, to }: View): number => to - from;

export function xOf(view: View, at: number, width: number): number {
  return ((at - view.from) / spanOf(view)) * width;
}

export function timeAt(view: View, x: number, width: number): number {
  return view.from + (x / width) * spanOf(view);
}

/** The view made legal: neither too narrow nor too wide, and not all of it ahead of now. */
export function kept(view: View, now: number): View {
  const middle = (view.from + view.to) / 2;
  const span = Math.min(MAX_SPAN, Math.max(MIN_SPAN, spanOf(view)));
  const from = span === spanOf(view) ? view.from : middle - span / 2;
  const latest = now + span * AHEAD - span;
  const begin = Math.min(from, latest);
  return { from: begin, to: begin + span };
}

/** Narrower by a factor above 1, wider by one below; the anchor stays where it is. */
export function zoomed(view: View, factor: number, anchor: number, now: number): View {
  const span = Math.min(MAX_SPAN, Math.max(MIN_SPAN, spanOf(view) / factor));
  const share = (anchor - view.from) / spanOf(view);
  const from = anchor - share * span;
  return kept({ from, to: from + span }, now);
}

export function moved(view: View, byMs: number, now: number): View {
  return kept({ from: view.from + byMs, to: view.to + byMs }, now);
}

/** The same zoom, with this time in the middle. */
export function centred(view: View, at: number, now: number): View {
  return moved(view, at - (view.from + view.to) / 2, now);
}

/** Moved only as far as the time needs to be well within; while it plays, it is followed page by page. */
export function following(view: View, at: number, now: number): View {
  const margin = spanOf(view) * 0.04;
  if (at >= view.from && at <= view.to - margin) return view;
  return at > view.to - margin && at < view.to + spanOf(view)
    ? kept({ from: at - margin * 2, to: at - margin * 2 + spanOf(view) }, now)
    : centred(view, at, now);
}

/** The day of this place that holds a time. */
export function dayOf(at: number): View {
  const date = new Date(at);
  return {
    from: new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime(),
    to: new Date(date.getFullYear(), date.getMonth(), date.getDate() + 1).getTime(),
  };
}

/**
 * What is asked of the cloud for a view: more than is seen, on edges that stay the same while the view moves a little, so that an
 * answer serves many views. Finer than a pixel is not asked for.
 */
export function askedFor(view: View): View & { resolutionMs: number } {
  let unit = MINUTE;
  while (unit < spanOf(view)) unit *= 2;
  const from = Math.floor((view.from - unit / 4) / unit) * unit;
  const to = Math.ceil((view.to + unit / 4) / unit) * unit;
  return { from, to, resolutionMs: Math.max(250, unit / 1024) };
}

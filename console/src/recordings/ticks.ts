import { spanOf, type View, xOf } from './view';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const STEPS = [
  [SECOND, 5],
  [5 * SECOND, 5],
  [10 * SECOND, 5],
  [30 * SECOND, 3],
  [MINUTE, 6],
  [5 * MINUTE, 5],
  [15 * MINUTE, 3],
  [30 * MINUTE, 3],
  [HOUR, 4],
  [2 * HOUR, 4],
  [3 * HOUR, 3],
  [6 * HOUR, 6],
  [12 * HOUR, 4],
  [DAY, 4],
  [2 * DAY, 2],
  [7 * DAY, 7],
] as const;

export interface Tick {
  at: number;
  x: number;
  /** What is written at it: a day where one begins, else a time; nothing at the small ones between. */
  text?: 'day' | 'minute' | 'second';
}

/** Marks at round times of this place, so many that what is written at them has room. */
export function ticksOf(view: View, width: number, roomPx = 74): Tick[] {
  const msPerPx = spanOf(view) / Math.max(1, width);
  const [step, parts] = STEPS.find(([ms]) => ms / msPerPx >= roomPx) ?? [28 * DAY, 4];
  const small = step / parts;
  const marks = new Map<number, Tick>();
  if (small / msPerPx >= 6) {
    for (const at of timesOf(view, small)) marks.set(at, { at, x: xOf(view, at, width) });
  }
  for (const at of timesOf(view, step)) {
    const text = startsDay(at) ? 'day' : step < MINUTE ? 'second' : 'minute';
    marks.set(at, { at, x: xOf(view, at, width), text });
  }
  return [...marks.values()].toSorted((a, b) => a.at - b.at);
}

function startsDay(at: number): boolean {
  const date = new Date(at);
  return date.getHours() === 0 && date.getMinutes() === 0 && date.getSeconds() === 0 && date.getMilliseconds() === 0;
}

/** Round times within the view. */
function timesOf(view: View, step: number): number[] {
  const times: number[] = [];
  if (step <= 15 * MINUTE) {
    // No place on earth is off by less than a quarter of an hour.
    for (let at = Math.ceil(view.from / step) * step; at <= view.to; at += step) times.push(at);
    return times;
  }
  // Hours and days are counted by the calendar: on the days when clocks are turned they are not all equally long.
  const first = new Date(view.from);
  const days = Math.max(1, step / DAY);
  const anchor = days > 1 ? Math.floor(localDayNumber(first) / days) * days - localDayNumber(first) : 0;
  const perDay = Math.max(1, DAY / step);
  for (let day = anchor; ; day += days) {
    for (let part = 0; part < perDay; part += 1) {
      const minutes = (part * step) / MINUTE;
      const at = new Date(
        first.getFullYear(),
        first.getMonth(),
        first.getDate() + day,
        Math.floor(minutes / 60) % 24,
        minutes % 60,
      ).getTime();
      if (at > view.to) return times;
      if (at >= view.from && at > (times.at(-1) ?? -Infinity)) times.push(at);
    }
  }
}

/** Days since 1970 by the calendar of this place. */
function localDayNumber(date: Date): number {
  return Math.floor(Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / DAY);
}

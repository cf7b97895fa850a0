import { expect, it } from 'vitest';
import {
  askedFor,
  centred,
  dayOf,
  following,
  kept,
  MAX_SPAN,
  MIN_SPAN,
  moved,
  spanOf,
  timeAt,
  xOf,
  zoomed,
} from './view';

const NOW = Date.parse('2026-11-29T12:00:00Z');
const HOUR = 3_600_000;
const view = { from: NOW - 6 * HOUR, to: NOW - 2 * HOUR };

it('lays time over a width and back', () => {
  expect(xOf(view, NOW - 4 * HOUR, 1000)).toBe(500);
  expect(timeAt(view, 250, 1000)).toBe(NOW - 5 * HOUR);
});

it('zooms around the place pointed at', () => {
  const anchor = NOW - 3 * HOUR;
  const near = zoomed(view, 2, anchor, NOW);
  expect(spanOf(near)).toBe(2 * HOUR);
  expect(xOf(near, anchor, 1000)).toBe(xOf(view, anchor, 1000));
});

it('is never narrower than a minute or wider than a month', () => {
  expect(spanOf(zoomed(view, 1e9, NOW - 3 * HOUR, NOW))).toBe(MIN_SPAN);
  expect(spanOf(zoomed(view, 1e-9, NOW - 3 * HOUR, NOW))).toBe(MAX_SPAN);
});

it('does not run into the future', () => {
  const ahead = moved(view, 100 * HOUR, NOW);
  expect(spanOf(ahead)).toBe(4 * HOUR);
  expect(ahead.from).toBeLessThan(NOW);
  expect(kept(view, NOW)).toEqual(view);
});

it('follows the time shown page by page', () => {
  expect(following(view, NOW - 4 * HOUR, NOW)).toBe(view);
  const next = following(view, NOW - 2 * HOUR - 60_000, NOW);
  expect(next.from).toBeGreaterThan(view.from + 2 * HOUR);
  expect(xOf(next, NOW - 2 * HOUR - 60_000, 1000)).toBeGreaterThan(0);
  const far = NOW - 100 * HOUR;
  expect(following(view, far, NOW)).toEqual(centred(view, far, NOW));
});

it('asks for the same while the view moves a little', () => {
  const asked = askedFor(view);
  expect(asked.from).toBeLessThanOrEqual(view.from);
  expect(asked.to).toBeGreaterThanOrEqual(view.to);
  const moving = new Set(
    Array.from({ length: 60 }, (_, at) => JSON.stringify(askedFor(moved(view, at * 60_000, NOW)))),
  );
  expect(moving.size).toBeLessThanOrEqual(2);
  expect((asked.to - asked.from) / asked.resolutionMs).toBeLessThan(5000);
});

it('knows the day of this place, also when clocks are turned', () => {
  process.env['TZ'] = 'Europe/Berlin';
  const day = dayOf(Date.parse('2026-10-25T12:00:00Z'));
  expect(new Date(day.from).toISOString()).toBe('2026-10-24T22:00:00.000Z');
  expect(spanOf(day)).toBe(25 * HOUR);
});

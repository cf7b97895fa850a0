import { expect, it } from 'vitest';
import { fromLocalSeconds, toLocalSeconds } from './localSeconds';

const HOUR = 3_600_000;

it('takes a time as it is read', () => {
  process.env['TZ'] = 'Europe/Berlin';
  const at = Date.parse('2026-07-01T10:20:30Z');
  expect(toLocalSeconds(at)).toBe('2026-07-01T12:20:30');
  expect(fromLocalSeconds('2026-07-01T12:20:30', 0)).toBe(at);
  // Browsers leave out seconds that are none.
  expect(fromLocalSeconds('2026-07-01T12:20', 0)).toBe(at - 30_000);
  expect(fromLocalSeconds('', 0)).toBeUndefined();
  // Neither does the day on which clocks are turned make any other hour uncertain.
  for (let hour = 0; hour < 72; hour += 1) {
    const near = Date.parse('2026-10-24T00:00:00Z') + hour * HOUR;
    expect(fromLocalSeconds(toLocalSeconds(near), near)).toBe(near);
  }
  expect(fromLocalSeconds('2026-10-25T04:00:00', 0)).toBe(Date.parse('2026-10-25T03:00:00Z'));
});

it('takes of an hour that comes twice the reading nearer to what was there before', () => {
  process.env['TZ'] = 'Europe/Berlin';
  const first = Date.parse('2026-10-25T00:20:00Z');
  const second = first + HOUR;
  expect([first, second].map(toLocalSeconds)).toEqual(['2026-10-25T02:20:00', '2026-10-25T02:20:00']);
  expect(fromLocalSeconds('2026-10-25T02:20:00', first - 60_000)).toBe(first);
  expect(fromLocalSeconds('2026-10-25T02:20:00', second + 60_000)).toBe(second);
  expect(fromLocalSeconds('2026-10-25T02:20', second - 60_000)).toBe(second);
});

it('goes over the hour that there is not', () => {
  process.env['TZ'] = 'Europe/Berlin';
  const at = fromLocalSeconds('2026-03-29T02:30:00', Date.parse('2026-03-29T00:30:00Z'));
  expect(at && new Date(at).toISOString()).toBe('2026-03-29T01:30:00.000Z');
});

import { expect, it } from 'vitest';
import { ticksOf } from './ticks';

const named = (from: string, to: string, width = 1000): string[] =>
  ticksOf({ from: Date.parse(from), to: Date.parse(to) }, width)
    .filter(({ text }) => text !== undefined)
    .map(({ at }) => {
      const date = new Date(at);
      return `${date.getDate()} ${date.toTimeString().slice(0, 8)}`;
    });

it('marks round hours of this place', () => {
  process.env['TZ'] = 'Asia/Kolkata';
  expect(named('2026-11-28T18:30:00Z', '2026-11-29T18:30:00Z')).toEqual([
    '29 00:00:00',
    '29 02:00:00',
    '29 04:00:00',
    '29 06:00:00',
    '29 08:00:00',
    '29 10:00:00',
    '29 12:00:00',
    '29 14:00:00',
    '29 16:00:00',
    '29 18:00:00',
    '29 20:00:00',
    '29 22:00:00',
    '30 00:00:00',
  ]);
});

it('goes by the calendar on the days when clocks are turned', () => {
  process.env['TZ'] = 'Europe/Berlin';
  const autumn = named('2026-10-24T22:00:00Z', '2026-10-25T23:00:00Z', 700);
  expect(autumn.slice(0, 3)).toEqual(['25 00:00:00', '25 03:00:00', '25 06:00:00']);
  expect(autumn.at(-1)).toBe('26 00:00:00');
  const spring = named('2026-03-28T23:00:00Z', '2026-03-29T22:00:00Z', 2000);
  expect(spring).toContain('29 03:00:00');
  expect(new Set(spring).size).toBe(spring.length);
});

it('marks seconds where it is near, days where it is far', () => {
  process.env['TZ'] = 'UTC';
  expect(named('2026-11-29T12:00:00Z', '2026-11-29T12:01:00Z')).toHaveLength(13);
  const month = named('2026-11-01T00:00:00Z', '2026-12-01T00:00:00Z');
  expect(month.every((text) => text.endsWith('00:00:00'))).toBe(true);
  expect(month.length).toBeGreaterThan(3);
  expect(month.length).toBeLessThan(16);
});

it('leaves room for what is written', () => {
  process.env['TZ'] = 'UTC';
  for (const hours of [0.02, 0.3, 1, 5, 24, 90, 700]) {
    const from = Date.parse('2026-11-20T03:17:23Z');
    const written = ticksOf({ from, to: from + hours * 3_600_000 }, 800).filter(({ text }) => text);
    const gaps = written.slice(1).map(({ x }, at) => x - (written[at]?.x ?? 0));
    expect(Math.min(...gaps, 1000)).toBeGreaterThan(60);
  }
});

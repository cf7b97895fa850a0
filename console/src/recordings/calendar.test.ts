import { expect, it } from 'vitest';
import { dayAfter, dayNameAt, firstDayOf, monthAfter, sheetOf, startOf } from './calendar';

it('is a sheet of whole weeks', () => {
  const monday = sheetOf({ year: 2026, month: 11 }, 1);
  expect(monday).toHaveLength(6);
  expect(monday[0]?.map(({ day }) => day)).toEqual([
    '2026-10-26',
    '2026-10-27',
    '2026-10-28',
    '2026-10-29',
    '2026-10-30',
    '2026-10-31',
    '2026-11-01',
  ]);
  expect(sheetOf({ year: 2026, month: 11 }, 7)[0]?.[0]).toEqual({ day: '2026-11-01', number: 1, outside: false });
});

it('goes from month to month and day to day', () => {
  expect(monthAfter({ year: 2026, month: 12 }, 1)).toEqual({ year: 2027, month: 1 });
  expect(monthAfter({ year: 2026, month: 1 }, -1)).toEqual({ year: 2025, month: 12 });
  expect(dayAfter('2026-02-28', 1)).toBe('2026-03-01');
});

it('has days of this place, also where midnight does not exist', () => {
  process.env['TZ'] = 'America/Santiago';
  // On 2026-09-06 clocks go from midnight to one.
  expect(dayNameAt(startOf('2026-09-06'))).toBe('2026-09-06');
  expect(dayAfter('2026-09-05', 1)).toBe('2026-09-06');
  expect(dayAfter('2026-09-06', 1)).toBe('2026-09-07');
});

it('begins the week as people do', () => {
  expect(firstDayOf('en-GB')).toBe(1);
  expect(firstDayOf('en-US')).toBe(7);
});

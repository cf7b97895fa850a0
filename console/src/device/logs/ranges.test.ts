import { expect, it } from 'vitest';
import { type Preset, rangeOf } from './ranges';

it('knows what people mean by these times', () => {
  const now = new Date(2026, 10, 29, 9, 30, 20);
  const range = (preset: Preset): Date[] => Object.values(rangeOf(preset, now)) as Date[];
  // What was logged in the present minute is meant, too.
  const end = new Date(2026, 10, 29, 9, 31);
  expect(range('hour')).toEqual([new Date(2026, 10, 29, 8, 31), end]);
  expect(range('day')).toEqual([new Date(2026, 10, 28, 9, 31), end]);
  expect(range('today')).toEqual([new Date(2026, 10, 29), end]);
  expect(range('yesterday')).toEqual([new Date(2026, 10, 28), new Date(2026, 10, 29)]);
  expect(range('week')).toEqual([new Date(2026, 10, 23), end]);
});

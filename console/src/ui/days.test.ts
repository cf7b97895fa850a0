import { expect, it } from 'vitest';
import { byDay } from './days';

it('puts things under the day of this place on which they were', () => {
  const now = new Date(2026, 10, 29, 12);
  const at = (...of: [number, number, number, number, number]): string => new Date(...of).toISOString();
  const items = [
    at(2026, 10, 29, 11, 59),
    at(2026, 10, 29, 0, 1),
    at(2026, 10, 28, 23, 59),
    at(2026, 10, 24, 8, 0),
    at(2025, 11, 31, 8, 0),
  ];
  expect(byDay(items, (item) => item, 'en', now).map(({ name, items: of }) => [name, of.length])).toEqual([
    ['Today', 2],
    ['Yesterday', 1],
    ['Tuesday, November 24', 1],
    ['Wednesday, December 31, 2025', 1],
  ]);
  expect(byDay(items, (item) => item, 'zh', now).map(({ name }) => name)).toEqual([
    '今天',
    '昨天',
    '11月24日星期二',
    '2025年12月31日星期三',
  ]);
});

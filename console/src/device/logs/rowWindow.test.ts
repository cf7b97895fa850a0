import { expect, it } from 'vitest';
import { ROW_PX, rowWindow, scrollTopOf } from './rowWindow';

const VIEWPORT = 600;

it('draws what is in view, and a little more', () => {
  const { height, first, count, top } = rowWindow(10_000, 20_000, VIEWPORT);
  expect(height).toBe(200_000);
  expect(first).toBe(980);
  expect(count).toBe(70);
  expect(top).toBe(first * ROW_PX);
});

it('draws all of a few rows', () => {
  expect(rowWindow(3, 0, VIEWPORT)).toEqual({ height: 60, first: 0, count: 3, top: 0 });
  expect(rowWindow(0, 0, VIEWPORT)).toEqual({ height: 0, first: 0, count: 0, top: 0 });
});

it.each([10_000, 5_000_000])('reaches the first and the last of %i rows', (rows) => {
  const { height, first } = rowWindow(rows, 0, VIEWPORT);
  expect(first).toBe(0);
  const end = rowWindow(rows, height - VIEWPORT, VIEWPORT);
  expect(end.first + end.count).toBe(rows);
  // The last row ends where the scrolled height does.
  expect(end.top + end.count * ROW_PX).toBeCloseTo(height, 3);
});

it.each([10_000, 5_000_000])('leads to a row in the middle of %i', (rows) => {
  for (const row of [0, 17, Math.floor(rows / 3), rows - 1]) {
    const scrollTop = scrollTopOf(row, rows, VIEWPORT);
    const { first, count, top } = rowWindow(rows, scrollTop, VIEWPORT);
    expect(row).toBeGreaterThanOrEqual(first);
    expect(row).toBeLessThan(first + count);
    const y = top + (row - first) * ROW_PX - scrollTop;
    expect(y).toBeGreaterThanOrEqual(-0.01);
    expect(y).toBeLessThanOrEqual(VIEWPORT - ROW_PX + 0.01);
  }
});

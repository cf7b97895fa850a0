import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { paced } from './paced';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('runs at once, then with what came meanwhile, and never again without news', () => {
  const runs: number[][] = [];
  const pace = paced<number>(1000, (items) => runs.push(items));
  pace.call(1);
  pace.call(2);
  pace.call(3);
  expect(runs).toEqual([[1]]);
  vi.advanceTimersByTime(1000);
  expect(runs).toEqual([[1], [2, 3]]);
  vi.advanceTimersByTime(5000);
  expect(runs).toHaveLength(2);
  pace.call(4);
  expect(runs).toEqual([[1], [2, 3], [4]]);
  pace.call(5);
  pace.cancel();
  vi.advanceTimersByTime(5000);
  expect(runs).toHaveLength(3);
});

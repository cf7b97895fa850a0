import { expect, it } from 'vitest';
import { clockNow, skewOf } from './clock';

it('lets the device’s clock go on', () => {
  expect(clockNow('2026-11-29T23:59:58', 1000, 4500)).toEqual({ date: '2026-11-30', time: '00:00:01' });
  expect(clockNow('2026-11-29T08:00:00', 9000, 1000)).toEqual({ date: '2026-11-29', time: '08:00:00' });
  expect(clockNow('soon', 0, 0)).toBeUndefined();
});

it('takes the time that asking takes for none', () => {
  expect(skewOf(-1.4)).toEqual({ kind: 'agrees' });
  expect(skewOf(93.2)).toEqual({ kind: 'ahead', seconds: 93 });
  expect(skewOf(-3600)).toEqual({ kind: 'behind', seconds: 3600 });
});

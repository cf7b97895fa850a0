import { expect, it } from 'vitest';
import { RateMeter } from './rateMeter';

it('measures the bitrate of the last seconds and forgets what was before', () => {
  const meter = new RateMeter(4000);
  for (let now = 0; now < 10_000; now += 40) meter.add(now, 10_000);
  expect(meter.bitsPerSecond(10_000)).toBeCloseTo(2_000_000, -5);
  expect(meter.bitsPerSecond(60_000)).toBe(0);
});

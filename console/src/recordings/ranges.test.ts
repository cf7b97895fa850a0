import { expect, it } from 'vitest';
import type { TimelineRange } from '../api/recordings';
import { barsOf, footageBefore, footageFrom, neighbourMark, rangeAt, trimmed } from './ranges';

const ranges: TimelineRange[] = [
  { from: 0, to: 100 },
  { from: 100, to: 200, gap: 'device_offline' },
  { from: 200, to: 201 },
  { from: 201, to: 400, gap: 'not_asked' },
];

it('finds what is known of a moment', () => {
  expect([0, 99, 100, 200, 399, 400, -1].map((at) => rangeAt(ranges, at)?.from)).toEqual([
    0,
    0,
    100,
    200,
    201,
    undefined,
    undefined,
  ]);
});

it('finds footage before and after', () => {
  expect([50, 150, 300].map((at) => footageFrom(ranges, at))).toEqual([50, 200, undefined]);
  expect([0, 50, 150, 300].map((at) => footageBefore(ranges, at))).toEqual([undefined, 50, 100, 201]);
});

it('leaves out of a span what has no footage at its ends', () => {
  expect(trimmed({ from: 50, to: 300 }, ranges)).toEqual({ from: 50, to: 201 });
  expect(trimmed({ from: 150, to: 200.5 }, ranges)).toEqual({ from: 200, to: 200.5 });
  // Nothing is there at all, or nothing is known of it.
  expect(trimmed({ from: 120, to: 180 }, ranges)).toEqual({ from: 120, to: 180 });
  expect(trimmed({ from: -50, to: 50 }, ranges)).toEqual({ from: -50, to: 50 });
});

it('draws nothing so small that it is not seen, and never loses footage', () => {
  expect(barsOf(ranges, { from: 0, to: 400 }, 100)).toEqual([
    { x: 0, width: 25 },
    { x: 25, width: 25, gap: 'device_offline' },
    { x: 50, width: 1 },
    { x: expect.closeTo(50.25) as number, width: expect.closeTo(49.75) as number, gap: 'not_asked' },
  ]);
  // Footage around an alarm is told apart.
  expect(
    barsOf(
      [
        { from: 0, to: 100 },
        { from: 100, to: 200, alarm: true },
        { from: 200, to: 400 },
      ],
      { from: 0, to: 400 },
      100,
    ),
  ).toEqual([
    { x: 0, width: 25 },
    { x: 25, width: 25, alarm: true },
    { x: 50, width: 50 },
  ]);
  const torn = Array.from({ length: 100 }, (_, at): TimelineRange => ({
    from: at * 10,
    to: at * 10 + 10,
    ...(at % 2 ? { gap: 'dropped' } : {}),
  }));
  expect(barsOf(torn, { from: 0, to: 1000 }, 10)).toEqual([{ x: 0, width: 10 }]);
});

it('finds the alarms beside a moment', () => {
  const marks = [300, 100, 200].map((from, id) => ({ from, to: from + 10, kind: 'alarm' as const, id }));
  expect(neighbourMark(marks, 150, 1)?.from).toBe(200);
  expect(neighbourMark(marks, 150, -1)?.from).toBe(100);
  expect(neighbourMark(marks, 100, -1)).toBeUndefined();
});

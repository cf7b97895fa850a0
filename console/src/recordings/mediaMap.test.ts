import { expect, it } from 'vitest';
import { piecesOf, placeOf, spansOf, timeOf } from './mediaMap';

const fragments = [
  { programDateTime: 100_000, start: 0, duration: 10 },
  { programDateTime: 110_020, start: 10, duration: 10 },
  // After a gap of a minute the film goes on at once.
  { programDateTime: 180_000, start: 20, duration: 10 },
];

it('finds a moment in a film that leaves gaps out', () => {
  const pieces = piecesOf(fragments);
  expect(placeOf(pieces, 103_500)).toEqual({ kind: 'footage', media: 3.5 });
  expect(placeOf(pieces, 181_000)).toEqual({ kind: 'footage', media: 21 });
  expect(placeOf(pieces, 150_000)).toEqual({ kind: 'gap', next: 180_000 });
  expect(placeOf(pieces, 99_000)).toEqual({ kind: 'gap', next: 100_000 });
  expect(placeOf(pieces, 190_000)).toEqual({ kind: 'gap', next: undefined });
});

it('takes the rounding between segments for no gap', () => {
  const pieces = piecesOf(fragments);
  expect(placeOf(pieces, 110_010)).toEqual({ kind: 'footage', media: 9.999 });
  expect(spansOf(pieces)).toEqual([
    { from: 100_000, to: 120_020 },
    { from: 180_000, to: 190_000 },
  ]);
});

it('tells which moment a place of the film shows', () => {
  const pieces = piecesOf(fragments);
  expect(timeOf(pieces, 3.5)).toBe(103_500);
  expect(timeOf(pieces, 21)).toBe(181_000);
  expect(timeOf(pieces, 31)).toBeUndefined();
});

it('shows a time once where segments overlap, as after a clock was set back', () => {
  const pieces = piecesOf([
    { programDateTime: 100_000, start: 0, duration: 10 },
    { programDateTime: 105_000, start: 10, duration: 10 },
    { programDateTime: 106_000, start: 20, duration: 3 },
    { programDateTime: null, start: 23, duration: 3 },
  ]);
  expect(pieces).toEqual([
    { from: 100_000, to: 110_000, media: 0 },
    { from: 110_000, to: 115_000, media: 15 },
  ]);
});

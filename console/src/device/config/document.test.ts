import { expect, it } from 'vitest';
import { applied, difference, equal, type JsonObject, notTaken, rebased, valueAt, withValue } from './document';

const base: JsonObject = {
  channls: {
    '0': { video_encoding: { encoder: 'h264', quality: 'hd', fps: 25 }, image: { horflip: false, verflip: false } },
    '1': { image: { horflip: true, verflip: false } },
  },
  log_level: 2,
  tz: 8,
  switch: { repeat: ['Mon', 'Tue'] },
  extension: { relay: [1, 2], mode: { a: 1 } },
  unknown: null,
};

it('reads and changes a value without touching the rest', () => {
  const edited = withValue(base, ['channls', '0', 'image', 'horflip'], true);
  expect(valueAt(edited, ['channls', '0', 'image'])).toEqual({ horflip: true, verflip: false });
  expect(valueAt(base, ['channls', '0', 'image', 'horflip'])).toBe(false);
  expect(edited['extension']).toBe(base['extension']);
  expect(valueAt(base, ['channls', '9', 'image'])).toBeUndefined();
  expect(valueAt(base, ['constructor'])).toBeUndefined();
  expect(withValue({}, ['a', 'b'], 1)).toEqual({ a: { b: 1 } });
});

it('sends only what was changed', () => {
  let edited = withValue(base, ['channls', '0', 'video_encoding', 'quality'], 'sd');
  edited = withValue(edited, ['tz'], 1);
  expect(difference(base, edited)).toEqual({
    change: { channls: { '0': { video_encoding: { quality: 'sd' } } }, tz: 1 },
    paths: [['channls', '0', 'video_encoding', 'quality'], ['tz']],
    removed: [],
  });
});

it('finds nothing where a change was taken back', () => {
  const there = withValue(base, ['channls', '1', 'image', 'horflip'], false);
  const back = withValue(there, ['channls', '1', 'image', 'horflip'], true);
  expect(difference(base, back)).toEqual({ change: {}, paths: [], removed: [] });
});

it('sends arrays whole, and values whose kind changes', () => {
  const edited: JsonObject = { ...base, extension: { relay: [1], mode: 'off' }, unknown: { x: 1 } };
  expect(difference(base, edited).change).toEqual({ extension: { relay: [1], mode: 'off' }, unknown: { x: 1 } });
});

it('tells apart what cannot be said: a key that is gone', () => {
  const edited: JsonObject = { ...base, extension: { relay: [1, 2], mode: {} } };
  const found = difference(base, edited);
  expect(found.removed).toEqual([['extension', 'mode', 'a']]);
  expect(found.change).toEqual({});
});

it('takes new keys along, null and zero, too', () => {
  const found = difference({ a: 1 }, { a: 0, b: null, c: false });
  expect(found.change).toEqual({ a: 0, b: null, c: false });
});

it('takes a change over as a device does', () => {
  const change: JsonObject = { channls: { '0': { image: { verflip: true } } }, tz: -3 };
  const after = applied(base, change);
  expect(valueAt(after, ['channls', '0', 'image'])).toEqual({ horflip: false, verflip: true });
  expect(valueAt(after, ['channls', '1'])).toEqual(valueAt(base, ['channls', '1']));
  expect(difference(base, after).change).toEqual(change);
});

it('keeps edits upon a newer document, and nothing else of the old', () => {
  const edited = withValue(base, ['tz'], 1);
  const newer = withValue(withValue(base, ['log_level'], 4), ['channls', '1', 'image', 'verflip'], true);
  const result = rebased(base, edited, newer);
  expect(difference(newer, result).change).toEqual({ tz: 1 });
  // Somebody else made the same change: there is nothing to send any more.
  expect(difference(edited, rebased(base, edited, edited)).paths).toEqual([]);
});

it('sees what a device did not take', () => {
  const change: JsonObject = { tz: 1, channls: { '0': { image: { horflip: true } } } };
  const now = withValue(base, ['tz'], 1);
  expect(notTaken(now, change)).toEqual([['channls', '0', 'image', 'horflip']]);
  expect(notTaken(applied(base, change), change)).toEqual([]);
});

it('compares deeply', () => {
  expect(equal({ a: [1, { b: 2 }] }, { a: [1, { b: 2 }] })).toBe(true);
  expect(equal([], {})).toBe(false);
  expect(equal({ a: 1 }, { b: 1 })).toBe(false);
  expect(equal(null, undefined)).toBe(false);
});

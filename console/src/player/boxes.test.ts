import { describe, expect, it } from 'vitest';
import { boxesIn, referenceTimesIn, startsWithInit, tracksOf, viewOf } from './boxes';
import { box, concat, initSegment, prft, u32 } from './testBoxes';

describe('boxes', () => {
  it('walks boxes side by side, 64-bit sizes included, and stops at a cut one', () => {
    const wide = concat(u32(1), new TextEncoder().encode('free'), u32(0), u32(20), u32(7));
    const bytes = concat(box('ftyp', u32(1)), wide, box('moof', u32(2)).subarray(0, 9));
    expect([...boxesIn(viewOf(bytes))].map((b) => [b.type, b.end - b.start])).toEqual([
      ['ftyp', 12],
      ['free', 20],
    ]);
  });

  it('does not loop or read beyond its bytes on sizes that lie', () => {
    for (const size of [2, 7, 9, 0xffffffff]) {
      const bytes = concat(u32(size), new TextEncoder().encode('moov'));
      expect([...boxesIn(viewOf(bytes))]).toEqual([]);
    }
  });

  it('reads the tracks of an initialisation segment', () => {
    const init = initSegment([
      { id: 1, timescale: 90_000, handler: 'vide' },
      { id: 2, timescale: 48_000, handler: 'soun' },
    ]);
    expect(startsWithInit(init)).toBe(true);
    expect(tracksOf(init)).toEqual([
      { id: 1, timescale: 90_000, kind: 'video' },
      { id: 2, timescale: 48_000, kind: 'audio' },
    ]);
  });

  it('reads when a frame entered the cloud from both versions of prft', () => {
    const ingestMs = Date.UTC(2026, 10, 22, 12, 0, 0) + 250;
    const media = concat(prft(1, ingestMs, 3600, 0), box('moof'), box('mdat'), prft(1, ingestMs + 40, 2 ** 33, 1));
    expect(referenceTimesIn(media)).toEqual([
      { trackId: 1, mediaTime: 3600, ingestMs: expect.closeTo(ingestMs, 2) as number },
      { trackId: 1, mediaTime: 2 ** 33, ingestMs: expect.closeTo(ingestMs + 40, 2) as number },
    ]);
    expect(startsWithInit(media)).toBe(false);
  });

  it('passes over a prft that is too short', () => {
    expect(referenceTimesIn(box('prft', u32(0), u32(1)))).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import { LiveEdge } from './liveEdge';

describe('the live edge', () => {
  it('jumps over the burst of the past that a join brings', () => {
    const edge = new LiveEdge();
    const { seekTo } = edge.decide(0, 0, [{ start: 100, end: 104.8 }]);
    expect(seekTo).toBeCloseTo(104.8 - edge.targetS);
  });

  it('skips the rest of that past, too, when it comes in pieces', () => {
    const edge = new LiveEdge();
    edge.onJoin(1000);
    expect(edge.decide(1300, 100.5, [{ start: 100, end: 102 }]).seekTo).toBeCloseTo(102 - edge.targetS);
    expect(edge.decide(2600, 100.5, [{ start: 100, end: 102 }]).seekTo).toBeUndefined();
  });

  it('plays at natural speed near the edge, a little faster when behind, and slows down only when back', () => {
    const edge = new LiveEdge();
    const range = [{ start: 0, end: 10 }];
    expect(edge.decide(0, 9.65, range).playbackRate).toBe(1);
    expect(edge.decide(0, 9.2, range).playbackRate).toBe(1.05);
    expect(edge.decide(0, 9.6, range).playbackRate).toBe(1.05);
    expect(edge.decide(0, 9.75, range).playbackRate).toBe(1);
    expect(edge.decide(0, 8.4, range)).toEqual({ playbackRate: 1.1 });
  });

  it('jumps when hopelessly behind', () => {
    expect(new LiveEdge().decide(0, 2, [{ start: 0, end: 10 }]).seekTo).toBeCloseTo(9.7);
  });

  it('jumps over a hole once it stands before it', () => {
    const edge = new LiveEdge();
    const ranges = [
      { start: 0, end: 5 },
      { start: 6, end: 6.2 },
    ];
    expect(edge.decide(0, 4.5, ranges).seekTo).toBeUndefined();
    expect(edge.decide(0, 4.95, ranges).seekTo).toBe(6);
  });

  it('keeps more distance after stalls, and dares less again when it was calm for long', () => {
    const edge = new LiveEdge();
    const before = edge.targetS;
    for (let i = 0; i < 20; i += 1) edge.onStall(i);
    expect(edge.targetS).toBe(1);
    for (let now = 0; now < 3_600_000; now += 250) edge.decide(now, 9.9, [{ start: 0, end: 10 }]);
    expect(edge.targetS).toBe(before);
  });

  it('forgets what was played long ago', () => {
    expect(new LiveEdge().decide(0, 19.8, [{ start: 0, end: 20 }]).trimBefore).toBeCloseTo(13.8);
  });
});

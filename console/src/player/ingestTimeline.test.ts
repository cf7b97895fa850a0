import { describe, expect, it } from 'vitest';
import { IngestTimeline } from './ingestTimeline';

const VIDEO = { id: 1, timescale: 1000, kind: 'video' } as const;
const AUDIO = { id: 2, timescale: 48_000, kind: 'audio' } as const;

describe('the ingest timeline', () => {
  it('tells when the frame on screen entered the cloud', () => {
    const timeline = new IngestTimeline();
    timeline.setTracks([AUDIO, VIDEO]);
    for (let i = 0; i < 50; i += 1) timeline.add({ trackId: 1, mediaTime: i * 40, ingestMs: 1_000_000 + i * 40 });
    timeline.add({ trackId: 2, mediaTime: 96_000, ingestMs: 7 });
    expect(timeline.ingestMsAt(0.4)).toBeCloseTo(1_000_400);
    expect(timeline.ingestMsAt(0.3999)).toBeCloseTo(1_000_399.9);
  });

  it('knows nothing about frames before its first or long after its last', () => {
    const timeline = new IngestTimeline();
    timeline.setTracks([VIDEO]);
    timeline.add({ trackId: 1, mediaTime: 5000, ingestMs: 1 });
    expect(timeline.ingestMsAt(4)).toBeUndefined();
    expect(timeline.ingestMsAt(30)).toBeUndefined();
  });

  it('follows a timeline that began anew, and stays bounded', () => {
    const timeline = new IngestTimeline();
    timeline.setTracks([VIDEO]);
    for (let i = 0; i < 10_000; i += 1) timeline.add({ trackId: 1, mediaTime: i * 40, ingestMs: i * 40 });
    expect(timeline.ingestMsAt(1)).toBeUndefined();
    timeline.add({ trackId: 1, mediaTime: 0, ingestMs: 9_000_000 });
    expect(timeline.ingestMsAt(0)).toBeCloseTo(9_000_000);
  });
});

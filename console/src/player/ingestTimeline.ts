import type { ReferenceTime, Track } from './boxes';

interface Anchor {
  mediaS: number;
  ingestMs: number;
}

/** Anchors kept. One comes with each frame: at 60 fps this is 20 s, more than the player ever buffers ahead. */
const CAPACITY = 1200;

/** Remembers when each frame entered the cloud, so that the age of the one on screen can be told. */
export class IngestTimeline {
  private anchors: Anchor[] = [];
  private timescales = new Map<number, number>();

  /** A new initialisation segment: only the video's times are followed (the audio's where there is no video). */
  setTracks(tracks: Track[]): void {
    const followed = tracks.find((t) => t.kind === 'video') ?? tracks[0];
    this.timescales = new Map(followed ? [[followed.id, followed.timescale]] : []);
  }

  add(time: ReferenceTime): void {
    const timescale = this.timescales.get(time.trackId);
    if (timescale === undefined) return;
    const mediaS = time.mediaTime / timescale;
    const last = this.anchors.at(-1);
    // The timeline began anew: older anchors would answer for the wrong frames.
    if (last && mediaS < last.mediaS) this.anchors = [];
    this.anchors.push({ mediaS, ingestMs: time.ingestMs });
    // Dropped in halves, so that a long session does not shift the array at every frame.
    if (this.anchors.length > CAPACITY * 2) this.anchors = this.anchors.slice(-CAPACITY);
  }

  clear(): void {
    this.anchors = [];
  }

  /** When the frame shown at `mediaS` entered the cloud (Unix time, ms, cloud's clock). */
  ingestMsAt(mediaS: number): number | undefined {
    // Frame times are rounded differently by the muxer and the browser.
    const wanted = mediaS + 0.002;
    let low = 0;
    let high = this.anchors.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.anchors[middle]?.mediaS ?? Infinity) <= wanted) low = middle + 1;
      else high = middle;
    }
    const anchor = this.anchors[low - 1];
    return anchor && wanted - anchor.mediaS < 2 ? anchor.ingestMs + (mediaS - anchor.mediaS) * 1000 : undefined;
  }
}

/**
 * The few ISO BMFF boxes the player reads itself (ISO/IEC 14496-12): which tracks there are and at what time scale,
 * and the producer reference times (`prft`) that tell when the cloud took a frame in. All else is the browser's work.
 */

/** Where one box lies in its buffer: `start` is its header, `body` what follows the header, `end` one past its last byte. */
export interface Box {
  type: string;
  start: number;
  body: number;
  end: number;
}

export interface Track {
  id: number;
  /** Ticks a second of this track's media times. */
  timescale: number;
  kind: 'video' | 'audio' | 'other';
}

/** One `prft`: the frame at `mediaTime` (ticks of track `trackId`) entered the cloud at `ingestMs` (Unix time, ms). */
export interface ReferenceTime {
  trackId: number;
  mediaTime: number;
  ingestMs: number;
}

/** NTP counts seconds from 1900, Unix from 1970 (RFC 868). */
const NTP_TO_UNIX_S = 2_208_988_800;

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The boxes that lie side by side between `from` and `to`. Ends at the first one that is cut off or malformed. */
export function* boxesIn(view: DataView, from = 0, to = view.byteLength): Generator<Box> {
  let at = from;
  while (at + 8 <= to) {
    let size = view.getUint32(at);
    let header = 8;
    if (size === 1) {
      if (at + 16 > to) return;
      size = Number(view.getBigUint64(at + 8));
      header = 16;
    } else if (size === 0) {
      size = to - at;
    }
    if (size < header || at + size > to) return;
    yield { type: fourCc(view, at + 4), start: at, body: at + header, end: at + size };
    at += size;
  }
}

/** The tracks an initialisation segment declares. Tracks that cannot be read are left out. */
export function tracksOf(init: Uint8Array): Track[] {
  const view = viewOf(init);
  const tracks: Track[] = [];
  for (const moov of boxesIn(view)) {
    if (moov.type !== 'moov') continue;
    for (const trak of boxesIn(view, moov.body, moov.end)) {
      const track = trak.type === 'trak' ? readTrack(view, trak) : undefined;
      if (track) tracks.push(track);
    }
  }
  return tracks;
}

/** The reference times in a run of fragments. */
export function referenceTimesIn(fragments: Uint8Array): ReferenceTime[] {
  const view = viewOf(fragments);
  const found: ReferenceTime[] = [];
  for (const box of boxesIn(view)) {
    const time = box.type === 'prft' ? readReferenceTime(view, box) : undefined;
    if (time) found.push(time);
  }
  return found;
}

/** True where the bytes begin with an initialisation segment rather than a fragment. */
export function startsWithInit(bytes: Uint8Array): boolean {
  return bytes.byteLength >= 8 && fourCc(viewOf(bytes), 4) === 'ftyp';
}

function readReferenceTime(view: DataView, box: Box): ReferenceTime | undefined {
  const length = box.end - box.body;
  const wide = length >= 1 && view.getUint8(box.body) === 1;
  if (length < (wide ? 24 : 20)) return undefined;
  const seconds = view.getUint32(box.body + 8) - NTP_TO_UNIX_S;
  const fraction = view.getUint32(box.body + 12) / 2 ** 32;
  return {
    trackId: view.getUint32(box.body + 4),
    ingestMs: (seconds + fraction) * 1000,
    mediaTime: wide ? Number(view.getBigUint64(box.body + 16)) : view.getUint32(box.body + 16),
  };
}

function readTrack(view: DataView, trak: Box): Track | undefined {
  let id: number | undefined;
  let timescale: number | undefined;
  let kind: Track['kind'] = 'other';
  for (const box of boxesIn(view, trak.body, trak.end)) {
    if (box.type === 'tkhd') id = fieldAfterTimes(view, box);
    if (box.type !== 'mdia') continue;
    for (const part of boxesIn(view, box.body, box.end)) {
      if (part.type === 'mdhd') timescale = fieldAfterTimes(view, part);
      if (part.type === 'hdlr' && part.end - part.body >= 12) kind = kindOf(fourCc(view, part.body + 8));
    }
  }
  return id === undefined || !timescale ? undefined : { id, timescale, kind };
}

/** `tkhd` and `mdhd` both hold creation and modification time (4 or 8 bytes each, by version), then the number wanted here. */
function fieldAfterTimes(view: DataView, box: Box): number | undefined {
  if (box.end - box.body < 1) return undefined;
  const at = box.body + (view.getUint8(box.body) === 1 ? 20 : 12);
  return at + 4 <= box.end ? view.getUint32(at) : undefined;
}

function kindOf(handler: string): Track['kind'] {
  if (handler === 'vide') return 'video';
  return handler === 'soun' ? 'audio' : 'other';
}

function fourCc(view: DataView, at: number): string {
  return String.fromCharCode(view.getUint8(at), view.getUint8(at + 1), view.getUint8(at + 2), view.getUint8(at + 3));
}

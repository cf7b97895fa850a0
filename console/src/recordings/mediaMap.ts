/**
 * Between the time of the world and that of a film put together from segments: gaps take no time in the film. Times of the world in
 * ms since the epoch, of the film in seconds.
 */

/** As hls.js tells of a segment. */
export interface Fragment {
  programDateTime: number | null;
  start: number;
  duration: number;
}

export interface Piece {
  from: number;
  to: number;
  media: number;
}

/** Less than this between two segments is their rounding, no gap. */
const SEAM_MS = 1000;

/** In order of time; where two segments show the same time, the earlier one counts. */
export function piecesOf(fragments: readonly Fragment[]): Piece[] {
  const pieces: Piece[] = [];
  for (const { programDateTime, start, duration } of fragments) {
    if (programDateTime === null || !(duration > 0)) continue;
    pieces.push({ from: programDateTime, to: programDateTime + duration * 1000, media: start });
  }
  pieces.sort((a, b) => a.from - b.from);
  const clipped: Piece[] = [];
  let end = -Infinity;
  for (const { from, to, media } of pieces) {
    const begin = Math.max(from, end);
    if (to - begin < 1) continue;
    clipped.push({ from: begin, to, media: media + (begin - from) / 1000 });
    end = to;
  }
  return clipped;
}

export type Place = { kind: 'footage'; media: number } | { kind: 'gap'; next: number | undefined };

/** Where a time of the world is in the film; in a gap: when footage goes on. */
export function placeOf(pieces: readonly Piece[], at: number): Place {
  const index = lastBefore(pieces, at);
  const piece = pieces[index];
  const next = pieces[index + 1];
  if (piece) {
    if (at < piece.to) return { kind: 'footage', media: piece.media + (at - piece.from) / 1000 };
    if (next && next.from - piece.to <= SEAM_MS) {
      // The last picture of the one stands until the other begins.
      return { kind: 'footage', media: Math.max(piece.media, piece.media + (piece.to - piece.from) / 1000 - 0.001) };
    }
  }
  return { kind: 'gap', next: next?.from };
}

/** The time of the world of a place in the film. */
export function timeOf(pieces: readonly Piece[], media: number): number | undefined {
  for (const { from, to, media: begin } of pieces) {
    const at = from + (media - begin) * 1000;
    if (at >= from - 1 && at < to) return at;
  }
  return undefined;
}

/** Footage without the seams: what is drawn where the timeline of the cloud cannot be had. */
export function spansOf(pieces: readonly Piece[]): { from: number; to: number }[] {
  const spans: { from: number; to: number }[] = [];
  for (const { from, to } of pieces) {
    const last = spans.at(-1);
    if (last && from - last.to <= SEAM_MS) last.to = to;
    else spans.push({ from, to });
  }
  return spans;
}

/** Index of the last piece that begins at or before a time; −1: none. */
function lastBefore(pieces: readonly Piece[], at: number): number {
  let low = 0;
  let high = pieces.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((pieces[middle]?.from ?? Infinity) <= at) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

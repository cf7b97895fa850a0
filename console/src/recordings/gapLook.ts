import type { TFunction } from 'i18next';
import type { GapReason } from '../api/recordings';

/** How time without footage looks: colour and pattern, so that neither alone must tell. */
export type Pattern = 'none' | 'hatch' | 'backHatch' | 'cross' | 'dots' | 'lines' | 'bars';

export const GAP_LOOKS: Record<GapReason, { pattern: Pattern; color: `--rec-${string}` }> = {
  not_asked: { pattern: 'none', color: '--rec-quiet' },
  pending: { pattern: 'hatch', color: '--rec-footage' },
  starting: { pattern: 'hatch', color: '--rec-footage' },
  device_offline: { pattern: 'hatch', color: '--rec-quiet' },
  channel_offline: { pattern: 'backHatch', color: '--rec-quiet' },
  no_media: { pattern: 'backHatch', color: '--rec-warn' },
  device_refused: { pattern: 'hatch', color: '--rec-bad' },
  not_answering: { pattern: 'hatch', color: '--rec-warn' },
  cloud_down: { pattern: 'dots', color: '--rec-cloud' },
  dropped: { pattern: 'bars', color: '--rec-warn' },
  failed: { pattern: 'cross', color: '--rec-bad' },
  refused: { pattern: 'dots', color: '--rec-bad' },
  disk_full: { pattern: 'lines', color: '--rec-bad' },
  expired: { pattern: 'dots', color: '--rec-warn' },
  deleted: { pattern: 'dots', color: '--rec-quiet' },
  unreported: { pattern: 'cross', color: '--rec-warn' },
  hidden: { pattern: 'lines', color: '--rec-quiet' },
  other: { pattern: 'cross', color: '--rec-quiet' },
};

export function gapText(t: TFunction, gap: GapReason): string {
  return t(`recordings.gap.${gap}`);
}

const TILE = 6;

/** A pattern to fill with, sharp at this many device pixels to a pixel. */
export function patternOf(
  context: CanvasRenderingContext2D,
  pattern: Pattern,
  color: string,
  scale: number,
): CanvasPattern | null {
  if (pattern === 'none') return null;
  const tile = document.createElement('canvas');
  const side = Math.round(TILE * scale);
  tile.width = side;
  tile.height = side;
  const pen = tile.getContext('2d');
  if (!pen) return null;
  pen.strokeStyle = color;
  pen.fillStyle = color;
  pen.lineWidth = scale;
  pen.beginPath();
  if (pattern === 'hatch' || pattern === 'cross') slanted(pen, side, 1);
  if (pattern === 'backHatch' || pattern === 'cross') slanted(pen, side, -1);
  if (pattern === 'lines') {
    pen.moveTo(0, side / 2);
    pen.lineTo(side, side / 2);
  }
  if (pattern === 'bars') {
    pen.moveTo(side / 2, 0);
    pen.lineTo(side / 2, side);
  }
  pen.stroke();
  if (pattern === 'dots') {
    pen.beginPath();
    pen.arc(side / 2, side / 2, scale * 1.1, 0, 2 * Math.PI);
    pen.fill();
  }
  const made = context.createPattern(tile, 'repeat');
  return made;
}

/** Goes on beyond the corners, so that tiles join. */
function slanted(pen: CanvasRenderingContext2D, side: number, direction: 1 | -1): void {
  for (const shift of [-side, 0, side]) {
    pen.moveTo(shift, direction === 1 ? side : 0);
    pen.lineTo(shift + side, direction === 1 ? 0 : side);
  }
}

import { GAP_REASONS, type GapReason, type Timeline, type TimelineMark } from '../api/recordings';
import { GAP_LOOKS, patternOf } from './gapLook';
import { barsOf } from './ranges';
import { type Tick, ticksOf } from './ticks';
import { type View, xOf } from './view';

export const RULER = 24;
export const LANE_GAP = 4;

export interface Palette {
  line: string;
  text: string;
  well: string;
  footage: string;
  alarmFootage: string;
  alarm: string;
  clip: string;
  selection: string;
  patterns: Map<GapReason, CanvasPattern | null>;
}

/** The colours as the style sheet has them in the present scheme. */
export function paletteOf(context: CanvasRenderingContext2D, element: Element, scale: number): Palette {
  const style = getComputedStyle(element);
  const color = (name: string): string => style.getPropertyValue(name).trim();
  return {
    line: color('--rec-line'),
    text: color('--rec-text'),
    well: color('--rec-well'),
    footage: color('--rec-footage'),
    alarmFootage: color('--rec-alarm-footage'),
    alarm: color('--rec-alarm'),
    clip: color('--rec-clip'),
    selection: color('--rec-selection'),
    patterns: new Map(
      [...GAP_REASONS, 'other' as const].map((reason) => {
        const { pattern, color: name } = GAP_LOOKS[reason];
        return [reason, patternOf(context, pattern, color(name), scale)];
      }),
    ),
  };
}

export interface Drawing {
  view: View;
  width: number;
  /** Of each lane, px. */
  laneHeight: number;
  lanes: readonly (Timeline | undefined)[];
  selection: { from: number; to: number } | undefined;
  now: number;
  tickText: (tick: Tick) => string;
  font: string;
}

/** Draws ruler, lanes and marks; one unit is one pixel of the page. */
export function draw(pen: CanvasRenderingContext2D, palette: Palette, drawing: Drawing): void {
  const { view, width, laneHeight, lanes } = drawing;
  const height = RULER + lanes.length * (laneHeight + LANE_GAP);
  pen.clearRect(0, 0, width, height);
  const ticks = ticksOf(view, width);
  lanes.forEach((lane, at) => {
    drawLane(pen, palette, drawing, lane, RULER + at * (laneHeight + LANE_GAP));
  });
  drawSelection(pen, palette, drawing, height);
  drawRuler(pen, palette, ticks, drawing);
}

function drawRuler(pen: CanvasRenderingContext2D, palette: Palette, ticks: Tick[], { tickText, font }: Drawing): void {
  pen.font = font;
  pen.textAlign = 'left';
  pen.textBaseline = 'middle';
  for (const tick of ticks) {
    pen.fillStyle = palette.line;
    const big = tick.text !== undefined;
    pen.fillRect(Math.round(tick.x), big ? RULER - 9 : RULER - 5, 1, big ? 8 : 4);
    if (!big) continue;
    pen.fillStyle = palette.text;
    pen.globalAlpha = tick.text === 'day' ? 1 : 0.75;
    pen.fillText(tickText(tick), Math.round(tick.x) + 5, RULER / 2 - 2);
    pen.globalAlpha = 1;
  }
}

function drawLane(
  pen: CanvasRenderingContext2D,
  palette: Palette,
  { view, width, laneHeight, now }: Drawing,
  lane: Timeline | undefined,
  top: number,
): void {
  pen.save();
  pen.beginPath();
  pen.roundRect(0, top, width, laneHeight, 5);
  pen.clip();
  pen.fillStyle = palette.well;
  pen.fillRect(0, top, Math.max(0, Math.min(width, xOf(view, now, width))), laneHeight);
  if (lane) {
    const bars = barsOf(lane.ranges, view, width);
    for (const { x, width: wide, gap } of bars) {
      if (gap === undefined) continue;
      const pattern = palette.patterns.get(gap);
      if (!pattern) continue;
      pen.globalAlpha = 0.85;
      pen.fillStyle = pattern;
      pen.fillRect(x, top, wide, laneHeight);
      pen.globalAlpha = 1;
    }
    for (const { x, width: wide, gap, alarm } of bars) {
      if (gap !== undefined) continue;
      pen.fillStyle = alarm ? palette.alarmFootage : palette.footage;
      pen.fillRect(x, top, wide, laneHeight);
    }
    for (const mark of lane.marks) drawMark(pen, palette, mark, view, width, top, laneHeight);
  }
  pen.restore();
}

function drawMark(
  pen: CanvasRenderingContext2D,
  palette: Palette,
  mark: TimelineMark,
  view: View,
  width: number,
  top: number,
  height: number,
): void {
  const x = xOf(view, mark.from, width);
  const wide = Math.max(2, xOf(view, mark.to, width) - x);
  if (x > width || x + wide < 0) return;
  switch (mark.kind) {
    case 'alarm':
      pen.fillStyle = palette.alarm;
      pen.fillRect(x, top, wide, Math.max(5, Math.round(height * 0.22)));
      break;
    case 'clip':
      pen.fillStyle = palette.clip;
      pen.fillRect(x, top + height - 5, Math.max(3, wide), 5);
      break;
    case 'clock':
      pen.fillStyle = palette.text;
      pen.fillRect(x, top, 1, height);
      break;
  }
}

function drawSelection(
  pen: CanvasRenderingContext2D,
  palette: Palette,
  { view, width, selection }: Drawing,
  height: number,
): void {
  if (!selection) return;
  const x = xOf(view, selection.from, width);
  const end = xOf(view, selection.to, width);
  pen.fillStyle = palette.selection;
  pen.globalAlpha = 0.22;
  pen.fillRect(x, RULER - 2, end - x, height - RULER);
  pen.globalAlpha = 1;
}

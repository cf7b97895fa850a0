/** Of each line, px. */
export const ROW_PX = 20;

/** Browsers lay out nothing that is much higher, px: behind it, the way of the scroll bar is shortened. */
const MAX_PX = 12_000_000;

/** Drawn beyond the edges, so that nothing flashes while scrolling. */
const BEYOND = 20;

export interface RowWindow {
  /** Of what is scrolled, px. */
  height: number;
  first: number;
  count: number;
  /** Where the first one stands, px. */
  top: number;
}

/** Which of many rows are drawn, and where. */
export function rowWindow(rows: number, scrollTop: number, viewport: number): RowWindow {
  const whole = rows * ROW_PX;
  const height = Math.min(whole, MAX_PX);
  // Where the window would stand over the whole.
  const at = height < whole ? (scrollTop / Math.max(1, height - viewport)) * (whole - viewport) : scrollTop;
  const top = Math.max(0, Math.min(at, whole - viewport));
  const first = Math.max(0, Math.floor(top / ROW_PX) - BEYOND);
  const end = Math.min(rows, Math.ceil((top + viewport) / ROW_PX) + BEYOND);
  return { height, first, count: Math.max(0, end - first), top: scrollTop + first * ROW_PX - top };
}

/** How far to scroll so that a row stands in the middle, px. */
export function scrollTopOf(row: number, rows: number, viewport: number): number {
  const whole = rows * ROW_PX;
  const height = Math.min(whole, MAX_PX);
  const at = Math.max(0, Math.min(row * ROW_PX - (viewport - ROW_PX) / 2, whole - viewport));
  return height < whole ? (at / (whole - viewport)) * (height - viewport) : at;
}

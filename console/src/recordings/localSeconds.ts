/** Between ms since the epoch and what `<input type="datetime-local" step="1">` holds. */

export function toLocalSeconds(at: number): string {
  const date = new Date(at);
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

const HALF_DAY_MS = 12 * 3_600_000;

/** Where clocks are turned back an hour is read twice: of the two readings the one nearer to `before` is meant. */
export function fromLocalSeconds(text: string, before: number): number | undefined {
  const at = new Date(text).getTime();
  if (text === '' || Number.isNaN(at)) return undefined;
  const wall = at - behindUtc(at);
  const readings = [at - HALF_DAY_MS, at + HALF_DAY_MS]
    .map((aside) => wall + behindUtc(aside))
    .filter((reading) => reading - behindUtc(reading) === wall);
  return [at, ...readings].toSorted((a, b) => Math.abs(a - before) - Math.abs(b - before))[0];
}

function behindUtc(at: number): number {
  return new Date(at).getTimezoneOffset() * 60_000;
}

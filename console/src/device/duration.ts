const UNITS = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
] as const;

/** A length of time in its two largest units: "3 days 4 hr", "12 min 5 sec". */
export function durationText(language: string, seconds: number): string {
  let rest = Math.max(0, Math.floor(seconds));
  const parts: string[] = [];
  for (const [unit, unitS] of UNITS) {
    const count = Math.floor(rest / unitS);
    rest -= count * unitS;
    if (count === 0 && !(unit === 'second' && parts.length === 0)) {
      // "3 days 5 sec" would be of a precision that nobody asked for.
      if (parts.length > 0) break;
      continue;
    }
    parts.push(new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'short' }).format(count));
    if (parts.length === 2) break;
  }
  return parts.join(' ');
}

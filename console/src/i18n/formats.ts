/** Numbers and times as people read them. */

export function bitrateText(bitsPerSecond: number): string {
  if (bitsPerSecond >= 999_500) return `${(bitsPerSecond / 1e6).toFixed(1)} Mbit/s`;
  return `${Math.round(bitsPerSecond / 1000)} kbit/s`;
}

export function latencyText(ms: number): string {
  return ms >= 9_950 ? `${Math.round(ms / 1000)} s` : `${(Math.max(ms, 0) / 1000).toFixed(ms < 995 ? 2 : 1)} s`;
}

const STEPS: [limitS: number, unitS: number, unit: Intl.RelativeTimeFormatUnit][] = [
  [60, 1, 'second'],
  [3600, 60, 'minute'],
  [86_400, 3600, 'hour'],
  [86_400 * 30, 86_400, 'day'],
  [86_400 * 365, 86_400 * 30, 'month'],
];

export function agoText(language: string, at: Date, now: Date): string {
  const seconds = Math.max(0, (now.getTime() - at.getTime()) / 1000);
  const [, unitS, unit] = STEPS.find(([limitS]) => seconds < limitS) ?? [0, 86_400 * 365, 'year' as const];
  return new Intl.RelativeTimeFormat(language, { numeric: 'auto', style: 'short' }).format(
    -Math.floor(seconds / unitS),
    unit,
  );
}

/** The browser's own kind of a language: British English has the day first and 24 hours, where "en" alone is American. */
export function regionalOf(language: string, browser: readonly string[] = navigator.languages): string {
  // A browser may name what is no language tag, such as "en-US@posix", and dates in that cannot be written.
  const variant = new RegExp(`^${language}(-[a-z0-9]+)*$`, 'i');
  return browser.find((tag) => variant.test(tag)) ?? language;
}

export function dateText(language: string, at: Date): string {
  return new Intl.DateTimeFormat(regionalOf(language), { dateStyle: 'medium', timeStyle: 'short' }).format(at);
}

/** A moment to the second: for what is compared with other records. */
export function momentText(language: string, at: Date): string {
  return new Intl.DateTimeFormat(regionalOf(language), { dateStyle: 'medium', timeStyle: 'medium' }).format(at);
}

export function timeText(language: string, at: Date): string {
  return new Intl.DateTimeFormat(regionalOf(language), { timeStyle: 'medium' }).format(at);
}

/** "Today", "Yesterday", else the day of the week and the date; the year where it is not this one. */
export function dayText(language: string, at: Date, now: Date): string {
  const days = Math.round((startOfDay(now) - startOfDay(at)) / 86_400_000);
  if (days === 0 || days === 1) {
    const text = new Intl.RelativeTimeFormat(language, { numeric: 'auto' }).format(-days, 'day');
    return text.slice(0, 1).toLocaleUpperCase(language) + text.slice(1);
  }
  const year = at.getFullYear() === now.getFullYear() ? {} : { year: 'numeric' as const };
  return new Intl.DateTimeFormat(regionalOf(language), {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    ...year,
  }).format(at);
}

function startOfDay(at: Date): number {
  return new Date(at.getFullYear(), at.getMonth(), at.getDate()).getTime();
}

export function bytesText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const units = ['kB', 'MB', 'GB'];
  let value = bytes / 1000;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value < 9.95 ? value.toFixed(1) : value.toFixed(0)} ${units[unit] ?? ''}`;
}

import { regionalOf } from '../../i18n/formats';

/** Stretches of time that people ask for, in the time of this place. */
export const PRESETS = ['hour', 'day', 'today', 'yesterday', 'week'] as const;
export type Preset = (typeof PRESETS)[number];

export interface Range {
  from: Date;
  to: Date;
}

export function rangeOf(preset: Preset, now: Date): Range {
  const midnight = (daysAgo: number): Date => new Date(now.getFullYear(), now.getMonth(), now.getDate() - daysAgo);
  // The fields know minutes only: what was written in the present one is meant, too.
  const to = new Date(Math.ceil(now.getTime() / 60_000) * 60_000);
  switch (preset) {
    case 'hour':
      return { from: new Date(to.getTime() - 3_600_000), to };
    case 'day':
      return { from: new Date(to.getTime() - 86_400_000), to };
    case 'today':
      return { from: midnight(0), to };
    case 'yesterday':
      return { from: midnight(1), to: midnight(0) };
    case 'week':
      return { from: midnight(6), to };
  }
}

/** "29 Nov 2026, 10:00 – 11:00": what both ends share is said once. */
export function rangeText(language: string, from: Date, to: Date): string {
  return new Intl.DateTimeFormat(regionalOf(language), { dateStyle: 'medium', timeStyle: 'short' }).formatRange(
    from,
    to,
  );
}

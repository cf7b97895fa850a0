import { dayText } from '../i18n/formats';

/** Things of one day, under its name. */
export interface Day<T> {
  name: string;
  items: T[];
}

/** Sorts what is newest first into days of this place. */
export function byDay<T>(items: T[], at: (item: T) => string, language: string, now: Date): Day<T>[] {
  const days: Day<T>[] = [];
  for (const item of items) {
    const name = dayText(language, new Date(at(item)), now);
    const last = days.at(-1);
    if (last?.name === name) last.items.push(item);
    else days.push({ name, items: [item] });
  }
  return days;
}

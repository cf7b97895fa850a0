/** The month as a sheet of weeks. Days are written "2026-11-29": a day is no moment, and has no time zone. */

export interface Month {
  year: number;
  /** 1 to 12. */
  month: number;
}

export interface SheetDay {
  day: string;
  number: number;
  /** Of the month before or after. */
  outside: boolean;
}

export function dayName(year: number, month: number, day: number): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${year}-${two(month)}-${two(day)}`;
}

/** The day of this place that a moment falls on. */
export function dayNameAt(at: number): string {
  const date = new Date(at);
  return dayName(date.getFullYear(), date.getMonth() + 1, date.getDate());
}

/** When a day begins in this place. */
export function startOf(day: string): number {
  const [year = 1970, month = 1, number = 1] = day.split('-').map(Number);
  return new Date(year, month - 1, number).getTime();
}

/** A day so many days later. */
export function dayAfter(day: string, days: number): string {
  const [year = 1970, month = 1, number = 1] = day.split('-').map(Number);
  // Noon: on the days when clocks are turned, midnight may not exist.
  return dayNameAt(new Date(year, month - 1, number + days, 12).getTime());
}

export function monthOf(day: string): Month {
  const [year = 1970, month = 1] = day.split('-').map(Number);
  return { year, month };
}

export function monthAfter({ year, month }: Month, months: number): Month {
  const index = year * 12 + (month - 1) + months;
  return { year: Math.floor(index / 12), month: (index % 12) + 1 };
}

export function isSameMonth(a: Month, b: Month): boolean {
  return a.year === b.year && a.month === b.month;
}

/** Six weeks, so that the sheet is always as high. @param firstDay of the week: 1 Monday to 7 Sunday */
export function sheetOf({ year, month }: Month, firstDay: number): SheetDay[][] {
  const first = dayName(year, month, 1);
  const weekday = new Date(year, month - 1, 1, 12).getDay() || 7;
  const lead = (weekday - firstDay + 7) % 7;
  return Array.from({ length: 6 }, (_, week) =>
    Array.from({ length: 7 }, (__, at) => {
      const day = dayAfter(first, week * 7 + at - lead);
      return { day, number: Number(day.slice(8)), outside: !isSameMonth(monthOf(day), { year, month }) };
    }),
  );
}

/** With which day a week begins where a language is spoken: 1 Monday to 7 Sunday. */
export function firstDayOf(language: string): number {
  const locale = new Intl.Locale(language) as Intl.Locale & {
    getWeekInfo?: () => { firstDay: number };
    weekInfo?: { firstDay: number };
  };
  return locale.getWeekInfo?.().firstDay ?? locale.weekInfo?.firstDay ?? 1;
}

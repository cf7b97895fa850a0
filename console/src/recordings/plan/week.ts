import { WEEK } from '../../api/recordPlans';
import type { WeeklyTime } from '../../api/types';

/** When in a week is recorded: of each day the spans, in minutes since midnight, in order and apart from each other. */
export type Week = Span[][];
export type Span = readonly [from: number, to: number];

const DAY_MINUTES = 24 * 60;

export function emptyWeek(): Week {
  return WEEK.map(() => []);
}

/** An entry that ends no later than it begins runs past midnight into the next day. */
export function weekOf(schedule: readonly WeeklyTime[]): Week {
  let week = emptyWeek();
  for (const { days, from, to } of schedule) {
    const begin = minutesOf(from);
    const end = minutesOf(to);
    for (const name of days) {
      const day = WEEK.indexOf(name);
      if (day < 0) continue;
      if (end > begin) week = painted(week, day, begin, end, true);
      else {
        week = painted(week, day, begin, DAY_MINUTES, true);
        week = painted(week, (day + 1) % 7, 0, end, true);
      }
    }
  }
  return week;
}

/** As the cloud takes it: days that are alike share their entries. */
export function scheduleOf(week: Week): WeeklyTime[] {
  const alike = new Map<string, WeeklyTime['days']>();
  week.forEach((spans, day) => {
    const name = WEEK[day];
    if (!name) return;
    for (const [from, to] of spans) {
      const key = `${textOf(from)}-${textOf(to)}`;
      alike.set(key, [...(alike.get(key) ?? []), name]);
    }
  });
  return [...alike].map(([key, days]) => {
    const [from = '', to = ''] = key.split('-');
    return { days, from, to };
  });
}

/** With a span of one day switched on or off. */
export function painted(week: Week, day: number, from: number, to: number, on: boolean): Week {
  if (to <= from) return week;
  return week.map((spans, at) => (at === day ? (on ? joined([...spans, [from, to]]) : cut(spans, from, to)) : spans));
}

/** Rectangle over days and times, as it is drawn with the mouse. */
export function paintedArea(week: Week, days: readonly number[], from: number, to: number, on: boolean): Week {
  return days.reduce((painting, day) => painted(painting, day, from, to, on), week);
}

export function isOn(week: Week, day: number, minute: number): boolean {
  return week[day]?.some(([from, to]) => minute >= from && minute < to) ?? false;
}

/** Of a cell, how much is on: 0 to 1. */
export function shareOn(week: Week, day: number, from: number, to: number): number {
  const on = (week[day] ?? []).reduce((sum, [a, b]) => sum + Math.max(0, Math.min(b, to) - Math.max(a, from)), 0);
  return on / (to - from);
}

export function minutesOnIn(week: Week): number {
  return week.flat().reduce((sum, [from, to]) => sum + to - from, 0);
}

function joined(spans: Span[]): Span[] {
  const result: [number, number][] = [];
  for (const [from, to] of spans.toSorted((a, b) => a[0] - b[0])) {
    const last = result.at(-1);
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else result.push([from, to]);
  }
  return result;
}

function cut(spans: readonly Span[], from: number, to: number): Span[] {
  return spans.flatMap(([a, b]): Span[] => {
    if (b <= from || a >= to) return [[a, b]];
    const rest: Span[] = [];
    if (a < from) rest.push([a, from]);
    if (b > to) rest.push([to, b]);
    return rest;
  });
}

export function minutesOf(text: string): number {
  const [hours = 0, minutes = 0] = text.split(':').map(Number);
  return Math.min(DAY_MINUTES, Math.max(0, hours * 60 + minutes));
}

export function textOf(minutes: number): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

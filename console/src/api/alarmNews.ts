import type { Alarm } from './types';

/** Alarms that began just now, for who tells the person. `further`: how many more there were at the same time. */
export type AlarmNews = (alarm: Alarm, further: number) => void;

const listeners = new Set<AlarmNews>();

export function onAlarmNews(listener: AlarmNews): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function tellAlarmNews(alarm: Alarm, further: number): void {
  for (const listener of listeners) listener(alarm, further);
}

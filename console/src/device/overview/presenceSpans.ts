import type { PresenceChange } from '../../api/types';
import type { Presence } from '../../api/types';

export interface Span {
  /** ms since the epoch. */
  from: number;
  to: number;
  /** Undefined: nobody knows. */
  presence: Presence | undefined;
}

/** How a device was there over some time until now, oldest first and without gaps. `changes`: newest first. */
export function spansOf(changes: readonly PresenceChange[], nowMs: number, lengthMs: number): Span[] {
  const start = nowMs - lengthMs;
  const spans: Span[] = [];
  let to = nowMs;
  for (const { at, presence: told } of changes) {
    const presence = presenceOf(told);
    if (to <= start) break;
    const from = Math.max(start, Math.min(Date.parse(at), to));
    if (from < to) {
      const newer = spans.at(-1);
      if (newer && newer.presence === presence) newer.from = from;
      else spans.push({ from, to, presence });
    }
    to = from;
  }
  if (to > start) spans.push({ from: start, to, presence: undefined });
  return spans.toReversed();
}

/** Of the time that is known of, the part in which the device was online, 0 to 1. Undefined: nothing is known. */
export function onlineShare(spans: readonly Span[]): number | undefined {
  let known = 0;
  let online = 0;
  for (const { from, to, presence } of spans) {
    if (presence !== undefined) known += to - from;
    if (presence === 'online') online += to - from;
  }
  return known === 0 ? undefined : online / known;
}

/** What the console has a word for. */
export function presenceOf(told: string): Presence | undefined {
  return told === 'online' || told === 'sleeping' || told === 'offline' ? told : undefined;
}

import { useCallback } from 'react';
import { useSearchParams } from 'react-router';
import type { AlarmFilter } from '../api/alarms';
import { fromLocalInput } from '../ui/localTime';
import { ALARM_TYPES } from './alarmTypes';

/** Which of them: everything, what nobody has acknowledged, or what goes on right now. */
export const SHOWN = ['all', 'unread', 'active'] as const;
export type Shown = (typeof SHOWN)[number];

export interface AlarmSearch {
  shown: Shown;
  /** Without whose they are: the page knows that. */
  filter: Omit<AlarmFilter, 'tenant'>;
  /** The alarm that is open. */
  open: number | undefined;
}

/** What is looked for stands in the address, so that it can be sent to somebody. An empty value takes a part of it away. */
export type AlarmSearchChange = Partial<
  Record<'show' | 'device' | 'channel' | 'type' | 'from' | 'to' | 'alarm', string>
>;

export function useAlarmSearch(): [AlarmSearch, (change: AlarmSearchChange) => void] {
  const [search, setSearch] = useSearchParams();
  const change = useCallback(
    (wanted: AlarmSearchChange) => {
      setSearch(
        (before) => {
          const after = new URLSearchParams(before);
          for (const [name, value] of Object.entries(wanted)) {
            if (value) after.set(name, value);
            else after.delete(name);
          }
          return after;
        },
        // "Back" closes an alarm that was opened, and does not go through every choice made.
        { replace: !wanted.alarm || search.has('alarm') },
      );
    },
    [search, setSearch],
  );
  return [alarmSearchOf(search), change];
}

export function alarmSearchOf(search: URLSearchParams): AlarmSearch {
  const shown = SHOWN.find((known) => known === search.get('show')) ?? 'all';
  const filter: AlarmSearch['filter'] = {};
  const device = search.get('device');
  if (device) filter.login_code = device;
  const channel = wholeNumber(search.get('channel'));
  if (channel !== undefined) filter.channel = channel;
  const type = ALARM_TYPES.find(([, name]) => name === search.get('type'));
  if (type) filter.type = type[1];
  if (shown === 'unread') filter.acknowledged = false;
  if (shown === 'active') filter.active = true;
  // The times in the address are as typed: those of this place.
  for (const name of ['from', 'to'] as const) {
    const at = fromLocalInput(search.get(name) ?? '');
    if (at) filter[name] = at;
  }
  return { shown, filter, open: wholeNumber(search.get('alarm')) };
}

function wholeNumber(text: string | null): number | undefined {
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

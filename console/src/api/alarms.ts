import {
  keepPreviousData,
  type QueryClient,
  type QueryKey,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import { answerOf, client } from './client';
import { byCursor, itemsOf, mergeInto, type Pages, refreshNewest } from './pages';
import { keys } from './queries';
import type { Alarm } from './types';

/** The types that the console has words and signs for. */
export type AlarmTypeName =
  'io' | 'motion' | 'cross' | 'cry' | 'face' | 'voice' | 'low_battery' | 'lock_picked' | 'doorbell' | 'body' | 'other';

/** Which alarms; what is left out is not asked for. */
export interface AlarmFilter {
  tenant?: number;
  login_code?: string;
  channel?: number;
  type?: AlarmTypeName;
  active?: boolean;
  acknowledged?: boolean;
  /** RFC 3339: those that still went on then. */
  from?: string;
  /** RFC 3339: those that had begun by then. */
  to?: string;
}

export function useAlarms(filter: AlarmFilter) {
  return useInfiniteQuery({
    queryKey: keys.alarmList(filter),
    queryFn: ({ signal, pageParam }) =>
      answerOf(
        client.GET('/api/v1/alarms', {
          params: { query: { ...filter, ...(pageParam === undefined ? {} : { before: pageParam }) } },
          signal,
        }),
      ),
    ...byCursor,
    placeholderData: keepPreviousData,
  });
}

export function useAlarm(id: number | undefined) {
  return useQuery({
    queryKey: keys.alarm(id ?? 0),
    queryFn: ({ signal }) => fetchAlarm(id ?? 0, signal),
    enabled: id !== undefined,
  });
}

export function fetchAlarm(id: number, signal?: AbortSignal): Promise<Alarm> {
  return answerOf(
    client.GET('/api/v1/alarms/{alarm}', { params: { path: { alarm: id } }, ...(signal ? { signal } : {}) }),
  );
}

/** How many nobody has acknowledged. Kept true by the cloud's events. */
export function useAlarmCount() {
  return useQuery({
    queryKey: keys.alarmCount,
    queryFn: ({ signal }) => answerOf(client.GET('/api/v1/alarms/unread', { signal })),
  });
}

export function useAcknowledge() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (id: number) =>
      answerOf(client.POST('/api/v1/alarms/{alarm}/acknowledge', { params: { path: { alarm: id } } })),
    onSuccess: (alarm) => {
      putAlarm(queries, alarm);
      void queries.invalidateQueries({ queryKey: keys.alarmCount });
    },
  });
}

export function useAcknowledgeAll() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (filter: AlarmFilter) =>
      answerOf(
        // The description holds what may be left out for what must be there.
        client.POST('/api/v1/alarms/acknowledge', { body: filter as Required<AlarmFilter> }),
      ),
    onSuccess: () => {
      refreshNewest(queries, keys.alarmLists);
      void queries.invalidateQueries({ queryKey: keys.alarmCount });
    },
  });
}

export function alarmPictureUrl(id: number, download = false): string {
  return `/api/v1/alarms/${id}/picture${download ? '?download=true' : ''}`;
}

/** Brings an alarm's newer state to wherever it is shown. */
export function putAlarm(queries: QueryClient, alarm: Alarm): void {
  queries.setQueryData<Alarm>(keys.alarm(alarm.id), alarm);
  mergeInto(queries, keys.alarmLists, alarm, (key, isNew) => isOn(filterOf(key), alarm, isNew));
  // An alarm does not say whose its device is: which organisation's list it is on only the cloud knows.
  void queries.invalidateQueries({
    queryKey: keys.alarmLists,
    predicate: ({ queryKey, state }) =>
      filterOf(queryKey).tenant !== undefined && !has(state.data as Pages<Alarm> | undefined, alarm.id),
  });
}

function filterOf(key: QueryKey): AlarmFilter {
  return key.at(-1) as AlarmFilter;
}

function has(pages: Pages<Alarm> | undefined, id: number): boolean {
  return pages !== undefined && itemsOf(pages).some((alarm) => alarm.id === id);
}

/** Whether a list with this filter has this alarm on it; of an organisation's list that cannot be known if the alarm is new. */
export function isOn(filter: AlarmFilter, alarm: Alarm, isNew = true): boolean {
  return (
    !(isNew && filter.tenant !== undefined) &&
    (filter.login_code === undefined || filter.login_code === alarm.login_code) &&
    (filter.channel === undefined || filter.channel === alarm.channel) &&
    (filter.type === undefined || filter.type === alarm.type_name) &&
    (filter.active === undefined || filter.active === (alarm.end_at === undefined)) &&
    (filter.acknowledged === undefined || filter.acknowledged === (alarm.acknowledged_at !== undefined)) &&
    (filter.from === undefined || alarm.end_at === undefined || Date.parse(alarm.end_at) >= Date.parse(filter.from)) &&
    (filter.to === undefined || Date.parse(alarm.begin_at) <= Date.parse(filter.to))
  );
}

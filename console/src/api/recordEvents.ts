import type { QueryClient } from '@tanstack/react-query';
import { tellAlarmNews } from './alarmNews';
import { fetchAlarm, putAlarm } from './alarms';
import { fetchDeviceLog } from './deviceLogs';
import { paced } from './paced';
import { mergeInto, type Pages, refreshNewest } from './pages';
import { keys } from './queries';
import type { Alarm, DeviceLog, Upgrade, UpgradeState } from './types';

/** The events of the cloud's feed that are about what devices sent and did. */
export const RECORD_EVENTS = ['alarm_changed', 'snapshot', 'device_log', 'upgrade', 'command'] as const;

/** Things of a kind are asked for at most so often, however many change. */
const PACE_MS = 1000;
/** More alarms than this at once are not asked for one by one. */
const MANY_ALARMS = 5;

interface Told {
  login_code: string;
  id: number;
  state: string;
  progress: number;
}

export interface RecordFollower {
  apply: (name: (typeof RECORD_EVENTS)[number], data: string) => void;
  /** Something may have been missed. */
  refresh: () => void;
  cancel: () => void;
}

/** Keeps what is cached of alarms, pictures, logs, upgrades and commands true to the events. */
export function followRecords(queries: QueryClient): RecordFollower {
  const alarms = paced<Told>(PACE_MS, (told) => {
    void queries.invalidateQueries({ queryKey: keys.alarmCount });
    void bringAlarms(queries, told);
  });
  const snapshots = paced<Told>(PACE_MS, (told) => {
    for (const code of codesOf(told)) void queries.invalidateQueries({ queryKey: keys.allSnapshots(code) });
  });
  const commands = paced<Told>(PACE_MS, (told) => {
    for (const code of codesOf(told)) void queries.invalidateQueries({ queryKey: keys.commands(code) });
  });
  return {
    apply: (name, data) => {
      const told = read(data);
      if (!told) return;
      switch (name) {
        case 'alarm_changed':
          alarms.call(told);
          break;
        case 'snapshot':
          snapshots.call(told);
          break;
        case 'command':
          commands.call(told);
          break;
        case 'device_log':
          void bringLog(queries, told);
          break;
        case 'upgrade':
          bringUpgrade(queries, told);
          break;
      }
    },
    refresh: () => {
      // What belongs to one device is asked for anew by who follows devices.
      void queries.invalidateQueries({ queryKey: keys.alarms });
    },
    cancel: () => {
      for (const waiting of [alarms, snapshots, commands]) waiting.cancel();
    },
  };
}

function read(data: string): Told | undefined {
  try {
    const value = JSON.parse(data) as Partial<Told>;
    if (typeof value.login_code !== 'string' || typeof value.id !== 'number') return undefined;
    return {
      login_code: value.login_code,
      id: value.id,
      state: typeof value.state === 'string' ? value.state : '',
      progress: typeof value.progress === 'number' ? value.progress : 0,
    };
  } catch {
    return undefined;
  }
}

function codesOf(told: Told[]): Set<string> {
  return new Set(told.map(({ login_code }) => login_code));
}

async function bringAlarms(queries: QueryClient, told: Told[]): Promise<void> {
  const ids = [...new Set(told.map(({ id }) => id))];
  const begun = told.filter(({ state }) => state === 'begun').map(({ id }) => id);
  const news = begun.at(-1);
  const many = ids.length > MANY_ALARMS;
  const asked = many ? (news === undefined ? [] : [news]) : ids;
  const fetched = await Promise.allSettled(asked.map((id) => fetchAlarm(id)));
  for (const alarm of fetched) if (alarm.status === 'fulfilled') putAlarm(queries, alarm.value);
  if (many) refreshNewest(queries, keys.alarmLists);
  const newest = news === undefined ? undefined : queries.getQueryData<Alarm>(keys.alarm(news));
  if (newest) tellAlarmNews(newest, begun.length - 1);
}

async function bringLog(queries: QueryClient, { login_code, id }: Told): Promise<void> {
  if (!queries.getQueryData(keys.deviceLogs(login_code))) return;
  let log: DeviceLog;
  try {
    log = await fetchDeviceLog(login_code, id);
  } catch {
    // Deleted meanwhile, or the connection broke: then all is asked anew anyway.
    return;
  }
  queries.setQueryData(keys.deviceLog(login_code, id), log);
  mergeInto(queries, keys.deviceLogs(login_code), log);
}

const ON_ITS_WAY: string[] = ['requested', 'downloading', 'installing'] satisfies UpgradeState[];

/** Progress comes with the event; what else is known at a new state is asked for. */
function bringUpgrade(queries: QueryClient, { login_code, id, state, progress }: Told): void {
  const key = keys.upgrades(login_code);
  const known = queries
    .getQueryData<Pages<Upgrade>>(key)
    ?.pages.flatMap(({ items }) => items)
    .find((upgrade) => upgrade.id === id);
  if (known && ON_ITS_WAY.includes(state)) {
    const newer: Upgrade = { ...known, state: state as UpgradeState, progress };
    mergeInto(queries, key, newer);
    return;
  }
  void queries.invalidateQueries({ queryKey: key });
  // The device may be back with the new version sooner than anybody noticed that it was away.
  void queries.invalidateQueries({ queryKey: keys.device(login_code) });
}

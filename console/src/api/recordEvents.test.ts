import { QueryClient } from '@tanstack/react-query';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { onAlarmNews } from './alarmNews';
import { itemsOf, type Pages } from './pages';
import { keys } from './queries';
import { followRecords, type RecordFollower } from './recordEvents';
import type { Alarm, Upgrade } from './types';

// The API's client takes hold of `fetch` when it is loaded.
const answer = vi.hoisted(() => {
  const hook = { by: undefined as ((request: Request) => Response) | undefined };
  globalThis.fetch = (request) => Promise.resolve(hook.by?.(request as Request) ?? new Response());
  return hook;
});

function alarm(id: number, changes: Partial<Alarm> = {}): Alarm {
  return {
    id,
    login_code: 'a',
    device_name: 'Front door',
    channel: 0,
    type: 3,
    type_name: 'motion',
    begin_at: '2026-11-29T10:00:00Z',
    text: '',
    has_picture: false,
    ...changes,
  };
}

/** What the cloud has. */
let cloud: Map<number, Alarm>;
let asked: string[];
let queries: QueryClient;
let records: RecordFollower;

beforeEach(() => {
  vi.useFakeTimers();
  cloud = new Map();
  asked = [];
  answer.by = (request) => {
    const path = new URL(request.url).pathname;
    asked.push(path);
    const found = cloud.get(Number(path.split('/').at(-1)));
    return found ? Response.json(found) : new Response(null, { status: 404 });
  };
  queries = new QueryClient();
  records = followRecords(queries);
});

afterEach(() => {
  records.cancel();
  vi.useRealTimers();
});

function tell(id: number, state: string): void {
  records.apply('alarm_changed', JSON.stringify({ id, login_code: 'a', channel: 0, type: 3, state }));
}

function listed(filter: object): number[] | undefined {
  const pages = queries.getQueryData<Pages<Alarm>>(keys.alarmList(filter));
  return pages && itemsOf(pages).map(({ id }) => id);
}

it('puts a new alarm into the lists that are about it, and tells of it', async () => {
  for (const filter of [{}, { type: 'face' as const }, { acknowledged: false }]) {
    queries.setQueryData(keys.alarmList(filter), { pages: [{ items: [alarm(1)] }], pageParams: [undefined] });
  }
  queries.setQueryData(keys.alarmCount, { unacknowledged: 1, active: 0, more: false });
  const news: [number, number][] = [];
  const stop = onAlarmNews((told, further) => news.push([told.id, further]));
  cloud.set(2, alarm(2));
  tell(2, 'begun');
  await vi.advanceTimersByTimeAsync(0);
  stop();
  expect(listed({})).toEqual([2, 1]);
  expect(listed({ acknowledged: false })).toEqual([2, 1]);
  expect(listed({ type: 'face' })).toEqual([1]);
  expect(queries.getQueryState(keys.alarmCount)?.isInvalidated).toBe(true);
  expect(news).toEqual([[2, 0]]);
});

it('does not ask one by one for many alarms at once', async () => {
  queries.setQueryData(keys.alarmList({}), {
    pages: [{ items: [alarm(1)], next: 1 }, { items: [alarm(0)] }],
    pageParams: [undefined, 1],
  });
  const news: [number, number][] = [];
  const stop = onAlarmNews((told, further) => news.push([told.id, further]));
  for (let id = 2; id <= 12; id += 1) {
    cloud.set(id, alarm(id));
    tell(id, 'begun');
  }
  await vi.advanceTimersByTimeAsync(1000);
  stop();
  // The first at once; then all others together, of which the last is shown.
  expect(asked).toEqual(['/api/v1/alarms/2', '/api/v1/alarms/12']);
  expect(news).toEqual([
    [2, 0],
    [12, 9],
  ]);
  expect(queries.getQueryState(keys.alarmList({}))?.isInvalidated).toBe(true);
});

it('does not take a list for true that something was missed of', async () => {
  const key = keys.alarmList({});
  queries.setQueryData(key, { pages: [{ items: [alarm(1)] }], pageParams: [undefined] });
  records.refresh();
  cloud.set(3, alarm(3));
  tell(3, 'begun');
  await vi.advanceTimersByTimeAsync(0);
  expect(listed({})).toEqual([1]);
  expect(queries.getQueryState(key)?.isInvalidated).toBe(true);
});

it('moves an upgrade on as the cloud tells it, and asks only for its end', () => {
  const key = keys.upgrades('a');
  const upgrade: Upgrade = { id: 7, state: 'requested', progress: 0, to: '2.0', started_at: '2026-11-29T10:00:00Z' };
  queries.setQueryData(key, { pages: [{ items: [upgrade] }], pageParams: [undefined] });
  records.apply('upgrade', JSON.stringify({ login_code: 'a', id: 7, state: 'downloading', progress: 40 }));
  const pages = queries.getQueryData<Pages<Upgrade>>(key);
  expect(pages && itemsOf(pages)[0]).toMatchObject({ state: 'downloading', progress: 40, to: '2.0' });
  expect(queries.getQueryState(key)?.isInvalidated).toBe(false);
  records.apply('upgrade', JSON.stringify({ login_code: 'a', id: 7, state: 'confirmed', progress: 100 }));
  expect(queries.getQueryState(key)?.isInvalidated).toBe(true);
});

it('passes over what it does not understand', () => {
  for (const data of ['nonsense', '{}', '{"login_code":"a"}', '{"id":3}', 'null', '[]']) {
    records.apply('alarm_changed', data);
  }
  expect(asked).toEqual([]);
});

import { QueryClient, QueryObserver } from '@tanstack/react-query';
import { expect, it } from 'vitest';
import { applyEvent } from './deviceEvents';
import { readEvent } from './events';
import { keys } from './queries';
import type { Device, DevicePage } from './types';

const NOW = new Date('2026-11-22T20:00:00Z');
const FILTER = { query: '', presence: undefined, page: 1, pageSize: 50 };

function device(loginCode: string): Device {
  return {
    login_code: loginCode,
    name: '',
    disabled: false,
    presence: 'offline',
    created_at: NOW.toISOString(),
    stocked: false,
    permissions: ['view'],
    channels: [],
  };
}

function cache(): QueryClient {
  const queries = new QueryClient();
  const page: DevicePage = { items: [device('a'), device('b')], total: 2, page: 1, page_size: 50 };
  queries.setQueryData(keys.list(FILTER), page);
  queries.setQueryData(keys.device('a'), device('a'));
  return queries;
}

function apply(queries: QueryClient, name: string, data: object): boolean | undefined {
  const event = readEvent(name, JSON.stringify(data));
  return event && applyEvent(queries, event, NOW);
}

it('shows a device as online in lists and on its page the moment the cloud says so', () => {
  const queries = cache();
  apply(queries, 'presence', { login_code: 'a', presence: 'online' });
  const presences = queries.getQueryData<DevicePage>(keys.list(FILTER))?.items.map((d) => d.presence);
  expect(presences).toEqual(['online', 'offline']);
  expect(queries.getQueryData<Device>(keys.device('a'))?.presence).toBe('online');
});

it('shows channels and battery as they change, without asking for lists again', () => {
  const queries = cache();
  const channels = [{ channel: 0, state: 2, state_name: 'live' }];
  expect(apply(queries, 'channels', { login_code: 'a', state: 1, channels })).toBe(false);
  expect(apply(queries, 'battery', { login_code: 'a', battery: 40 })).toBe(false);
  expect(queries.getQueryData<Device>(keys.device('a'))).toMatchObject({ channels, state: 1, battery: 40 });
});

it('leaves lists alone that do not show the device, and asks for new ones when devices come or go', () => {
  const queries = cache();
  const before = queries.getQueryData(keys.list(FILTER));
  expect(apply(queries, 'device', { login_code: 'c', change: 'created' })).toBe(true);
  apply(queries, 'presence', { login_code: 'c', presence: 'online' });
  expect(queries.getQueryData(keys.list(FILTER))).toBe(before);
});

it('passes over events it does not understand', () => {
  expect(readEvent('presence', 'not json')).toBeUndefined();
  expect(readEvent('presence', '{}')).toBeUndefined();
  expect(readEvent('later', '{"login_code":"a"}')).toBeUndefined();
});

it('takes a deleted device out of the lists at once', () => {
  const queries = cache();
  apply(queries, 'device', { login_code: 'a', change: 'deleted' });
  const page = queries.getQueryData<DevicePage>(keys.list(FILTER));
  expect(page?.items.map((d) => d.login_code)).toEqual(['b']);
  expect(page?.total).toBe(1);
});

it('keeps what one may do with single channels when their states are pushed', () => {
  const queries = cache();
  const told = { channel: 1, state: 1, state_name: 'online' };
  queries.setQueryData<Device>(keys.device('a'), {
    ...device('a'),
    channels: [{ ...told, permissions: ['view', 'control'] }],
  });
  const channels = [
    { channel: 0, state: 1, state_name: 'online' },
    { ...told, state: 2 },
  ];
  apply(queries, 'channels', { login_code: 'a', channels });
  const shown = queries.getQueryData<Device>(keys.device('a'));
  expect(shown?.channels.map(({ state, permissions }) => [state, permissions])).toEqual([
    [1, undefined],
    [2, ['view', 'control']],
  ]);
});

it('is not undone by an answer that was on its way when an event came', async () => {
  const queries = cache();
  const answers: ((device: Device) => void)[] = [];
  const observer = new QueryObserver(queries, {
    queryKey: keys.device('a'),
    queryFn: () => new Promise<Device>((resolve) => answers.push(resolve)),
  });
  const unsubscribe = observer.subscribe(() => undefined);
  expect(answers).toHaveLength(1);
  const channels = [{ channel: 0, state: 1, state_name: 'online' }];
  apply(queries, 'channels', { login_code: 'a', channels });
  expect(answers).toHaveLength(2);
  answers[0]?.(device('a'));
  answers[1]?.({ ...device('a'), channels });
  await expect.poll(() => queries.isFetching()).toBe(0);
  expect(queries.getQueryData<Device>(keys.device('a'))?.channels).toEqual(channels);
  unsubscribe();
});

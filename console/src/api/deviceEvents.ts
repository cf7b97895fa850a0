import type { QueryClient } from '@tanstack/react-query';
import { notePresence } from './presence';
import { type DeviceFilter, keys } from './queries';
import type { Channel, Device, DevicePage, Presence } from './types';

/** What the cloud pushes about devices, as far as the console shows it. */
export type DeviceEvent =
  | { kind: 'presence'; loginCode: string; presence: Presence }
  | { kind: 'channels'; loginCode: string; state?: number; channels: Channel[] }
  | { kind: 'battery'; loginCode: string; battery: number }
  | { kind: 'changed'; loginCode: string; change: string };

/** Brings one event into what is cached. Returns whether lists must be fetched again, because who is on them may have changed. */
export function applyEvent(queries: QueryClient, event: DeviceEvent, now: Date): boolean {
  switch (event.kind) {
    case 'presence':
      patch(queries, event.loginCode, (device) => ({
        ...device,
        presence: event.presence,
        last_seen_at: now.toISOString(),
      }));
      notePresence(queries, event.loginCode, event.presence, now);
      // Model, firmware and address come with the login.
      void queries.invalidateQueries({ queryKey: keys.device(event.loginCode) });
      return true;
    case 'channels':
      patch(queries, event.loginCode, (device) => ({
        ...device,
        channels: event.channels.map((channel) => withPermissions(channel, device.channels)),
        ...(event.state === undefined ? {} : { state: event.state }),
      }));
      overtake(queries, event.loginCode);
      return false;
    case 'battery':
      patch(queries, event.loginCode, (device) => ({ ...device, battery: event.battery }));
      overtake(queries, event.loginCode);
      return false;
    case 'changed':
      if (event.change === 'deleted') dropFromLists(queries, event.loginCode);
      void queries.invalidateQueries({ queryKey: keys.device(event.loginCode) });
      return true;
  }
}

/** An answer that is on its way may be older than the event, and must not undo it: the device is asked for anew. */
function overtake(queries: QueryClient, loginCode: string): void {
  const queryKey = keys.device(loginCode);
  if (queries.isFetching({ queryKey }) > 0) void queries.invalidateQueries({ queryKey });
}

/** What one may do with a channel is not pushed: it stays as it was fetched. */
function withPermissions(channel: Channel, before: Channel[]): Channel {
  const permissions = before.find((one) => one.channel === channel.channel)?.permissions;
  return permissions ? { ...channel, permissions } : channel;
}

/** Takes a deleted device out of the cached lists at once, before they are fetched again. */
export function dropFromLists(queries: QueryClient, loginCode: string): void {
  queries.setQueriesData<DevicePage>({ queryKey: keys.lists }, (page) => {
    if (!page?.items.some((d) => d.login_code === loginCode)) return page;
    return { ...page, items: page.items.filter((d) => d.login_code !== loginCode), total: page.total - 1 };
  });
}

/** True where a cached list may no longer hold the right devices after somebody's presence changed. */
export function dependsOnPresence(queryKey: readonly unknown[]): boolean {
  const filter = queryKey[2] as DeviceFilter | undefined;
  return filter?.presence !== undefined;
}

function patch(queries: QueryClient, loginCode: string, change: (device: Device) => Device): void {
  queries.setQueryData<Device>(keys.device(loginCode), (device) => device && change(device));
  queries.setQueriesData<DevicePage>({ queryKey: keys.lists }, (page) => {
    if (!page?.items.some((d) => d.login_code === loginCode)) return page;
    return { ...page, items: page.items.map((d) => (d.login_code === loginCode ? change(d) : d)) };
  });
}

import type { QueryClient } from '@tanstack/react-query';
import { keys } from './queries';
import type { Presence, PresenceHistory } from './types';

/** A change just pushed: the cloud writes its history a little later. */
export function notePresence(queries: QueryClient, loginCode: string, presence: Presence, now: Date): void {
  queries.setQueryData<PresenceHistory>(keys.ofDevice(loginCode, 'presence'), (history) => {
    if (!history || history.items[0]?.presence === presence) return history;
    return { ...history, items: [{ id: -now.getTime(), at: now.toISOString(), presence }, ...history.items] };
  });
}

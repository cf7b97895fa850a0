import type { QueryClient } from '@tanstack/react-query';
import { forgetPosters } from '../player/posters';
import { keys } from './queries';
import type { Me } from './types';

/** How a session ended: by the person, or without. Null: it did not, or there was none. */
export type SessionEnd = 'left' | 'lost' | null;

export function beginSession(queries: QueryClient, me: Me): void {
  queries.setQueryData<SessionEnd>(keys.sessionEnd, null);
  queries.setQueryData<Me | null>(keys.me, me);
}

/** The person asked to be logged out: whoever notices first that the session is over does not take it for lost. */
export function leaveSession(queries: QueryClient): void {
  queries.setQueryData<SessionEnd>(keys.sessionEnd, 'left');
}

/** Nobody is logged in any more: what was fetched for the person is forgotten with it. */
export function endSession(queries: QueryClient): void {
  const before = queries.getQueryData<Me | null>(keys.me);
  if (before === null) return;
  queries.setQueryData<Me | null>(keys.me, null);
  if (before !== undefined) queries.setQueryData<SessionEnd>(keys.sessionEnd, (end) => end ?? 'lost');
  const kept: unknown[] = [keys.me[0], keys.sessionEnd[0]];
  queries.removeQueries({ predicate: ({ queryKey }) => !kept.includes(queryKey[0]) });
  forgetPosters();
}

import type { QueryClient } from '@tanstack/react-query';
import { forgetPosters } from '../player/posters';
import { keys } from './queries';
import type { Me } from './types';

export function beginSession(queries: QueryClient, me: Me): void {
  queries.setQueryData(keys.sessionLost, false);
  queries.setQueryData<Me | null>(keys.me, me);
}

/** Nobody is logged in any more: what was fetched for the person is forgotten with it. */
export function endSession(queries: QueryClient, how: 'left' | 'lost'): void {
  const before = queries.getQueryData<Me | null>(keys.me);
  if (before === null) return;
  queries.setQueryData<Me | null>(keys.me, null);
  queries.setQueryData(keys.sessionLost, how === 'lost' && before !== undefined);
  const kept: unknown[] = [keys.me[0], keys.sessionLost[0]];
  queries.removeQueries({ predicate: ({ queryKey }) => !kept.includes(queryKey[0]) });
  forgetPosters();
}

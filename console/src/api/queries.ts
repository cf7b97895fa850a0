import { QueryClient } from '@tanstack/react-query';
import { ApiError } from './apiError';
import type { Presence } from './types';

/** What the list of devices shows. */
export interface DeviceFilter {
  query: string;
  presence: Presence | undefined;
  page: number;
  pageSize: number;
}

export const keys = {
  me: ['me'] as const,
  mySessions: ['my-sessions'] as const,
  /** Whether the session ended without the person logging out. */
  sessionLost: ['session-lost'] as const,
  setupNeeded: ['setup-needed'] as const,
  invitation: (token: string) => ['invitation', token] as const,
  devices: ['devices'] as const,
  lists: ['devices', 'list'] as const,
  list: (filter: DeviceFilter) => ['devices', 'list', filter] as const,
  device: (loginCode: string) => ['devices', 'one', loginCode] as const,
};

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        // Changes are pushed (see events.ts); fetching again on every mount would only cost.
        staleTime: 30_000,
        refetchOnWindowFocus: false,
        retry: (attempts, error) =>
          !(error instanceof ApiError && error.status >= 400 && error.status < 500) && attempts < 3,
      },
    },
  });
}

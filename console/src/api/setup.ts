import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { answerOf, client } from './client';
import { keys } from './queries';
import { beginSession } from './sessionState';

/** Whether this cloud has nobody yet who could log in. */
export function useSetupNeeded(ask: boolean) {
  return useQuery({
    queryKey: keys.setupNeeded,
    queryFn: async ({ signal }) => (await answerOf(client.GET('/api/v1/setup', { signal }))).needed,
    enabled: ask,
    staleTime: 0,
    retry: false,
  });
}

export interface FirstUser {
  /** As the cloud printed it in its log. */
  code: string;
  username: string;
  password: string;
  tenant_name?: string;
}

export function useSetUp() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: FirstUser) => answerOf(client.POST('/api/v1/setup', { body })),
    onSuccess: ({ user }) => {
      queries.setQueryData(keys.setupNeeded, false);
      beginSession(queries, user);
    },
  });
}

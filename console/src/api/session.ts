import { skipToken, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { ApiError } from './apiError';
import { answerOf, client } from './client';
import { keys } from './queries';
import { beginSession, endSession, leaveSession, type SessionEnd } from './sessionState';
import type { Me } from './types';

/** Who is logged in, and what this person may do; null for nobody. Kept true by the cloud's `access` events. */
export function useMe() {
  return useQuery({
    queryKey: keys.me,
    queryFn: async ({ signal }): Promise<Me | null> => {
      try {
        return await answerOf(client.GET('/api/v1/me', { signal }));
      } catch (error) {
        if (error instanceof ApiError && error.status === 401) return null;
        throw error;
      }
    },
    staleTime: Infinity,
  });
}

export interface Credentials {
  username: string;
  password: string;
  /** Of the second factor: six digits, or a recovery code. */
  code?: string;
}

export function useLogin() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: Credentials) => answerOf(client.POST('/api/v1/login', { body })),
    onSuccess: ({ user }) => {
      beginSession(queries, user);
    },
  });
}

export function useLogout() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => answerOf(client.POST('/api/v1/logout')),
    onMutate: () => {
      leaveSession(queries);
    },
    onSettled: () => {
      endSession(queries);
    },
  });
}

/** Why nobody is logged in any more. */
export function useSessionEnd(): SessionEnd {
  return useQuery<SessionEnd>({ queryKey: keys.sessionEnd, queryFn: skipToken }).data ?? null;
}

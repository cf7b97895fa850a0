import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { forgetPosters } from '../player/posters';
import { ApiError } from './apiError';
import { answerOf, client } from './client';
import { keys } from './queries';
import type { User } from './types';

/** Who is logged in; null for nobody. */
export function useMe() {
  return useQuery({
    queryKey: keys.me,
    queryFn: async ({ signal }): Promise<User | null> => {
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

export function useLogin() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: { username: string; password: string }) => answerOf(client.POST('/api/v1/login', { body })),
    onSuccess: ({ user }) => {
      queries.setQueryData<User | null>(keys.me, user);
    },
  });
}

export function useLogout() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => answerOf(client.POST('/api/v1/logout')),
    onSettled: () => {
      forgetPosters();
      queries.removeQueries({ queryKey: keys.devices });
      queries.setQueryData<User | null>(keys.me, null);
    },
  });
}

/** One's own password, second factor and sessions. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { answerOf, client } from './client';
import { keys } from './queries';

export function useChangePassword() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: { current: string; new: string }) => answerOf(client.POST('/api/v1/me/password', { body })),
    // The other sessions ended with the old password.
    onSuccess: () => queries.invalidateQueries({ queryKey: keys.mySessions }),
  });
}

export function useMySessions() {
  return useQuery({
    queryKey: keys.mySessions,
    queryFn: async ({ signal }) => (await answerOf(client.GET('/api/v1/me/sessions', { signal }))).items,
    staleTime: 0,
    refetchInterval: 60_000,
  });
}

export function useEndSession() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (session: number) =>
      answerOf(client.DELETE('/api/v1/me/sessions/{session}', { params: { path: { session } } })),
    onSettled: () => queries.invalidateQueries({ queryKey: keys.mySessions }),
  });
}

export function useEndOtherSessions() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => answerOf(client.DELETE('/api/v1/me/sessions')),
    onSettled: () => queries.invalidateQueries({ queryKey: keys.mySessions }),
  });
}

/** Asks for a secret. It counts from `useConfirmTotp` on. */
export function useStartTotp() {
  return useMutation({
    mutationFn: (password: string) => answerOf(client.POST('/api/v1/me/totp', { body: { password } })),
  });
}

export function useConfirmTotp() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (code: string) =>
      (await answerOf(client.POST('/api/v1/me/totp/confirm', { body: { code } }))).recovery_codes,
    onSuccess: () => queries.invalidateQueries({ queryKey: keys.me }),
  });
}

/** What is asked of a person before the second factor is touched. */
export interface Proof {
  password: string;
  code: string;
}

export function useDisableTotp() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: Proof) => answerOf(client.POST('/api/v1/me/totp/disable', { body })),
    onSuccess: () => queries.invalidateQueries({ queryKey: keys.me }),
  });
}

export function useNewRecoveryCodes() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (body: Proof) =>
      (await answerOf(client.POST('/api/v1/me/recovery_codes', { body }))).recovery_codes,
    onSuccess: () => queries.invalidateQueries({ queryKey: keys.me }),
  });
}

/** What the links do that people are sent: invitations, and new passwords. Their tokens travel in bodies only. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { answerOf, client } from './client';
import { keys } from './queries';
import { beginSession } from './sessionState';
import type { Me } from './types';

/** Who invites to what. */
export function useInvitation(token: string) {
  return useQuery({
    queryKey: keys.invitation(token),
    queryFn: ({ signal }) => answerOf(client.POST('/api/v1/invitations/look', { body: { token }, signal })),
    enabled: token !== '',
    staleTime: Infinity,
  });
}

/** `onAccepted` is called even where the form is gone by then, because the page sees at once that somebody is logged in. */
export function useAcceptInvitation(token: string, onAccepted: () => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: { username: string; password: string }) =>
      answerOf(client.POST('/api/v1/invitations/accept', { body: { token, ...body } })),
    onSuccess: ({ user }) => {
      beginSession(queries, user);
      onAccepted();
    },
  });
}

/** Accepts as the person who is logged in. */
export function useJoin(token: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => answerOf(client.POST('/api/v1/me/invitations', { body: { token } })),
    onSuccess: (me) => {
      queries.setQueryData<Me | null>(keys.me, me);
      return queries.invalidateQueries({ queryKey: keys.devices });
    },
  });
}

export function useResetPassword(token: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (password: string) => answerOf(client.POST('/api/v1/password_reset', { body: { token, password } })),
    // All sessions of that person are over: perhaps this browser's, too.
    onSuccess: () => queries.invalidateQueries({ queryKey: keys.me }),
  });
}

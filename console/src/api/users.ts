import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { answerOf, client } from './client';
import { keys } from './queries';
import { useChange } from './useChange';

/** All users of the cloud, for platform administrators. */
export function useUsers(query: string, page: number) {
  return useQuery({
    queryKey: keys.userList(query, page),
    queryFn: ({ signal }) =>
      answerOf(client.GET('/api/v1/users', { params: { query: { page, ...(query ? { query } : {}) } }, signal })),
    placeholderData: keepPreviousData,
  });
}

export function useChangeUser(user: number) {
  return useChange(
    (body: { disabled?: boolean; platform_admin?: boolean }) =>
      answerOf(client.PATCH('/api/v1/users/{user}', { params: { path: { user } }, body })),
    keys.users,
  );
}

export function useDeleteUser(user: number) {
  return useChange(
    () => answerOf(client.DELETE('/api/v1/users/{user}', { params: { path: { user } } })),
    keys.users,
    keys.tenantList,
  );
}

export function useUserResetLink(user: number) {
  return useChange(() => answerOf(client.POST('/api/v1/users/{user}/reset_link', { params: { path: { user } } })));
}

export function useEndUserSessions(user: number) {
  return useChange(() => answerOf(client.DELETE('/api/v1/users/{user}/sessions', { params: { path: { user } } })));
}

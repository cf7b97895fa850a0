import { useQuery } from '@tanstack/react-query';
import { answerOf, client } from './client';
import { keys } from './queries';
import type { Grant, Role } from './types';
import { useChange } from './useChange';

/** What somebody is in an organisation, and what of it he reaches. */
export interface Standing {
  role: Role;
  everywhere: boolean;
  grants: Grant[];
}

export function useMembers(tenant: number) {
  return useQuery({
    queryKey: keys.ofTenant(tenant, 'members'),
    queryFn: ({ signal }) =>
      answerOf(client.GET('/api/v1/tenants/{tenant}/members', { params: { path: { tenant } }, signal })),
  });
}

export function useChangeMember(tenant: number, user: number) {
  return useChange(
    (body: Partial<Standing>) =>
      answerOf(client.PATCH('/api/v1/tenants/{tenant}/members/{user}', { params: { path: { tenant, user } }, body })),
    keys.ofTenant(tenant, 'members'),
  );
}

export function useRemoveMember(tenant: number, user: number) {
  return useChange(
    () => answerOf(client.DELETE('/api/v1/tenants/{tenant}/members/{user}', { params: { path: { tenant, user } } })),
    keys.ofTenant(tenant, 'members'),
    keys.tenantList,
    keys.me,
  );
}

export function useMemberResetLink(tenant: number, user: number) {
  return useChange(() =>
    answerOf(client.POST('/api/v1/tenants/{tenant}/members/{user}/reset_link', { params: { path: { tenant, user } } })),
  );
}

export function useInvitations(tenant: number) {
  return useQuery({
    queryKey: keys.ofTenant(tenant, 'invitations'),
    queryFn: ({ signal }) =>
      answerOf(client.GET('/api/v1/tenants/{tenant}/invitations', { params: { path: { tenant } }, signal })),
  });
}

export function useInvite(tenant: number) {
  return useChange(
    (body: Standing & { note: string }) =>
      answerOf(client.POST('/api/v1/tenants/{tenant}/invitations', { params: { path: { tenant } }, body })),
    keys.ofTenant(tenant, 'invitations'),
  );
}

export function useRevokeInvitation(tenant: number) {
  return useChange(
    (invitation: number) =>
      answerOf(
        client.DELETE('/api/v1/tenants/{tenant}/invitations/{invitation}', {
          params: { path: { tenant, invitation } },
        }),
      ),
    keys.ofTenant(tenant, 'invitations'),
  );
}

import { useQuery } from '@tanstack/react-query';
import { answerOf, client } from './client';
import { keys } from './queries';
import { useChange } from './useChange';

/** The groups that one may see, in no order. */
export function useGroups(tenant: number | undefined) {
  return useQuery({
    queryKey: keys.ofTenant(tenant, 'groups'),
    queryFn: ({ signal }) =>
      answerOf(client.GET('/api/v1/tenants/{tenant}/groups', { params: { path: { tenant: tenant ?? 0 } }, signal })),
    enabled: tenant !== undefined,
  });
}

export function useAddGroup(tenant: number) {
  return useChange(
    (body: { name: string; parent_id?: number }) =>
      answerOf(client.POST('/api/v1/tenants/{tenant}/groups', { params: { path: { tenant } }, body })),
    keys.ofTenant(tenant, 'groups'),
  );
}

/** `parent_id` null moves it to the top. */
export function useChangeGroup(tenant: number, group: number) {
  return useChange(
    (body: { name?: string; parent_id?: number | null }) =>
      answerOf(client.PATCH('/api/v1/tenants/{tenant}/groups/{group}', { params: { path: { tenant, group } }, body })),
    keys.ofTenant(tenant, 'groups'),
  );
}

export function useDeleteGroup(tenant: number, group: number) {
  return useChange(
    () => answerOf(client.DELETE('/api/v1/tenants/{tenant}/groups/{group}', { params: { path: { tenant, group } } })),
    keys.ofTenant(tenant, 'groups'),
  );
}

import { useQuery } from '@tanstack/react-query';
import { answerOf, client } from './client';
import { keys } from './queries';
import { useChange } from './useChange';

/** The organisations one belongs to; for platform administrators all there are. */
export function useTenants(enabled = true) {
  return useQuery({
    queryKey: keys.tenantList,
    queryFn: ({ signal }) => answerOf(client.GET('/api/v1/tenants', { signal })),
    enabled,
  });
}

export function useTenant(tenant: number | undefined) {
  return useQuery({
    queryKey: keys.tenant(tenant),
    queryFn: ({ signal }) =>
      answerOf(client.GET('/api/v1/tenants/{tenant}', { params: { path: { tenant: tenant ?? 0 } }, signal })),
    enabled: tenant !== undefined,
  });
}

export function useCreateTenant() {
  return useChange((name: string) => answerOf(client.POST('/api/v1/tenants', { body: { name } })), keys.tenantList);
}

export function useRenameTenant(tenant: number) {
  return useChange(
    (name: string) =>
      answerOf(client.PATCH('/api/v1/tenants/{tenant}', { params: { path: { tenant } }, body: { name } })),
    keys.tenants,
    keys.me,
    keys.devices,
  );
}

export function useDeleteTenant(tenant: number) {
  return useChange(
    () => answerOf(client.DELETE('/api/v1/tenants/{tenant}', { params: { path: { tenant } } })),
    keys.tenantList,
    keys.me,
  );
}

/** A link by which somebody becomes owner of an organisation that nobody owns. */
export function useInviteOwner(tenant: number) {
  return useChange(
    () => answerOf(client.POST('/api/v1/tenants/{tenant}/owner_link', { params: { path: { tenant } } })),
    keys.tenantList,
  );
}

/** Lets platform administrators see what the organisation's people see for so many hours; 0 ends it. */
export function useSupportAccess(tenant: number) {
  const params = { path: { tenant } };
  return useChange(
    (hours: number) =>
      answerOf(
        hours > 0
          ? client.PUT('/api/v1/tenants/{tenant}/support', { params, body: { hours } })
          : client.DELETE('/api/v1/tenants/{tenant}/support', { params }),
      ),
    keys.tenants,
    keys.me,
  );
}

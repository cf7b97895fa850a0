import { useQuery } from '@tanstack/react-query';
import { answerOf, client } from './client';
import { keys } from './queries';
import type { Permission } from './types';
import { useChange } from './useChange';

export function useApiKeys(tenant: number) {
  return useQuery({
    queryKey: keys.ofTenant(tenant, 'keys'),
    queryFn: ({ signal }) =>
      answerOf(client.GET('/api/v1/tenants/{tenant}/keys', { params: { path: { tenant } }, signal })),
  });
}

export function useCreateApiKey(tenant: number) {
  return useChange(
    (body: { name: string; scopes: Permission[]; expires_at?: string }) =>
      answerOf(client.POST('/api/v1/tenants/{tenant}/keys', { params: { path: { tenant } }, body })),
    keys.ofTenant(tenant, 'keys'),
  );
}

export function useRevokeApiKey(tenant: number) {
  return useChange(
    (key: number) =>
      answerOf(client.DELETE('/api/v1/tenants/{tenant}/keys/{key}', { params: { path: { tenant, key } } })),
    keys.ofTenant(tenant, 'keys'),
  );
}

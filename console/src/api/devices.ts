import { keepPreviousData, queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { answerOf, client } from './client';
import { dropFromLists } from './deviceEvents';
import { type DeviceFilter, keys } from './queries';
import type { Device, Presence } from './types';

export function useDevices(filter: DeviceFilter) {
  return useQuery({
    queryKey: keys.list(filter),
    queryFn: ({ signal }) =>
      answerOf(
        client.GET('/api/v1/devices', {
          params: {
            query: {
              page: filter.page,
              page_size: filter.pageSize,
              ...(filter.query ? { query: filter.query } : {}),
              ...(filter.presence ? { presence: filter.presence } : {}),
              ...(filter.tenant === undefined ? {} : { tenant: filter.tenant }),
              ...(filter.group === undefined ? {} : { group: filter.group }),
              ...(filter.unassigned ? { unassigned: true } : {}),
            },
          },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
  });
}

/** How many devices there are in the same place, or with a presence. */
export function useDeviceCount(
  { tenant, group }: Pick<DeviceFilter, 'tenant' | 'group'>,
  presence?: Presence,
): number | undefined {
  const place = { ...(tenant === undefined ? {} : { tenant }), ...(group === undefined ? {} : { group }) };
  return useDevices({ query: '', presence, ...place, page: 1, pageSize: 1 }).data?.total;
}

export function deviceQuery(loginCode: string) {
  return queryOptions({
    queryKey: keys.device(loginCode),
    queryFn: ({ signal }) =>
      answerOf(client.GET('/api/v1/devices/{login_code}', { params: { path: { login_code: loginCode } }, signal })),
  });
}

export function useDevice(loginCode: string, enabled = true) {
  return useQuery({ ...deviceQuery(loginCode), enabled });
}

export function useAddDevice() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: { name?: string; login_code?: string; tenant?: number; group?: number }) =>
      answerOf(client.POST('/api/v1/devices', { body })),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: keys.tenants });
      return queries.invalidateQueries({ queryKey: keys.lists });
    },
  });
}

export function useChangeDevice(loginCode: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: { name?: string; disabled?: boolean; group_id?: number | null }) =>
      answerOf(client.PATCH('/api/v1/devices/{login_code}', { params: { path: { login_code: loginCode } }, body })),
    onSuccess: (device) => {
      queries.setQueryData<Device>(keys.device(loginCode), device);
      // The groups count their devices.
      void queries.invalidateQueries({ queryKey: keys.tenants });
      return queries.invalidateQueries({ queryKey: keys.lists });
    },
  });
}

export function useNewPassword(loginCode: string) {
  return useMutation({
    mutationFn: () =>
      answerOf(
        client.POST('/api/v1/devices/{login_code}/password', { params: { path: { login_code: loginCode } }, body: {} }),
      ),
  });
}

/** `onDeleted` is called even where the page of the device is gone by then, because the cloud's own event came first. */
export function useDeleteDevice(loginCode: string, onDeleted: () => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () =>
      answerOf(client.DELETE('/api/v1/devices/{login_code}', { params: { path: { login_code: loginCode } } })),
    onSuccess: () => {
      onDeleted();
      dropFromLists(queries, loginCode);
      return queries.invalidateQueries({ queryKey: keys.lists });
    },
  });
}

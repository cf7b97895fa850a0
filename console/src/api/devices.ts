import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
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
            },
          },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
  });
}

/** How many devices there are in all, or with a presence. */
export function useDeviceCount(presence?: Presence): number | undefined {
  return useDevices({ query: '', presence, page: 1, pageSize: 1 }).data?.total;
}

export function useDevice(loginCode: string) {
  return useQuery({
    queryKey: keys.device(loginCode),
    queryFn: ({ signal }) =>
      answerOf(client.GET('/api/v1/devices/{login_code}', { params: { path: { login_code: loginCode } }, signal })),
  });
}

export function useAddDevice() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: { name?: string; login_code?: string }) => answerOf(client.POST('/api/v1/devices', { body })),
    onSuccess: () => queries.invalidateQueries({ queryKey: keys.lists }),
  });
}

export function useChangeDevice(loginCode: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: { name?: string; disabled?: boolean }) =>
      answerOf(client.PATCH('/api/v1/devices/{login_code}', { params: { path: { login_code: loginCode } }, body })),
    onSuccess: (device) => {
      queries.setQueryData<Device>(keys.device(loginCode), device);
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

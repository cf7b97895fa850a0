import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { answerOf, client } from './client';
import { byCursor, dropFrom } from './pages';
import { keys } from './queries';
import type { DeviceLog } from './types';

/** The logs that a device was asked for, newest first. Their states are pushed. */
export function useDeviceLogs(loginCode: string) {
  return useInfiniteQuery({
    queryKey: keys.deviceLogs(loginCode),
    queryFn: ({ signal, pageParam }) =>
      answerOf(
        client.GET('/api/v1/devices/{login_code}/logs', {
          params: {
            path: { login_code: loginCode },
            query: pageParam === undefined ? {} : { before: pageParam },
          },
          signal,
        }),
      ),
    ...byCursor,
  });
}

export function useDeviceLog(loginCode: string, id: number) {
  return useQuery({
    queryKey: keys.deviceLog(loginCode, id),
    queryFn: ({ signal }) => fetchDeviceLog(loginCode, id, signal),
  });
}

export function fetchDeviceLog(loginCode: string, id: number, signal?: AbortSignal): Promise<DeviceLog> {
  return answerOf(
    client.GET('/api/v1/devices/{login_code}/logs/{log}', {
      params: { path: { login_code: loginCode, log: id } },
      ...(signal ? { signal } : {}),
    }),
  );
}

/** Times in RFC 3339. */
export function useRequestLogs(loginCode: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (range: { from: string; to: string }) =>
      answerOf(
        client.POST('/api/v1/devices/{login_code}/logs', {
          params: { path: { login_code: loginCode } },
          body: range,
        }),
      ),
    onSuccess: () => queries.invalidateQueries({ queryKey: keys.deviceLogs(loginCode) }),
  });
}

export function useDeleteDeviceLog(loginCode: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (id: number) =>
      answerOf(
        client.DELETE('/api/v1/devices/{login_code}/logs/{log}', {
          params: { path: { login_code: loginCode, log: id } },
        }),
      ),
    onSuccess: (_, id) => {
      dropFrom(queries, keys.deviceLogs(loginCode), id);
    },
  });
}

export function deviceLogUrl(loginCode: string, id: number, download = false): string {
  return `/api/v1/devices/${encodeURIComponent(loginCode)}/logs/${id}/content${download ? '?download=true' : ''}`;
}

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { JsonObject } from '../device/config/document';
import { keys } from './queries';
import { ask } from './untyped';

export interface DeviceConfig {
  /** As the device sent it (DAP section 5). */
  config: JsonObject;
}

const ROUTE = '/api/v1/devices/{login_code}/config';

/** The device is asked for it: it must be there. */
export function useConfig(loginCode: string, online: boolean) {
  return useQuery({
    queryKey: keys.ofDevice(loginCode, 'config'),
    queryFn: ({ signal }) => ask<DeviceConfig>('GET', ROUTE, { path: { login_code: loginCode }, signal }),
    enabled: online,
    // Somebody beside the device may have changed it.
    staleTime: 0,
  });
}

/** Sends a partial document; answers what the device has then. */
export function useChangeConfig(loginCode: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (change: JsonObject) =>
      ask<DeviceConfig>('PATCH', ROUTE, { path: { login_code: loginCode }, body: change }),
    onSuccess: (answer) => {
      queries.setQueryData<DeviceConfig>(keys.ofDevice(loginCode, 'config'), answer);
    },
    // It may have taken a part.
    onError: () => queries.invalidateQueries({ queryKey: keys.ofDevice(loginCode, 'config') }),
  });
}

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { JsonObject } from '../device/config/document';
import { answerOf, client } from './client';
import { keys } from './queries';

/** The device's configuration as it sent it (DAP section 5). Absent: it was changed, and the device could not be asked again. */
interface DeviceConfig {
  config?: JsonObject;
}

/** The device is asked for it: it must be there. */
export function useConfig(loginCode: string, online: boolean) {
  return useQuery({
    queryKey: keys.ofDevice(loginCode, 'config'),
    queryFn: async ({ signal }) =>
      documentOf(
        await answerOf(
          client.GET('/api/v1/devices/{login_code}/config', { params: { path: { login_code: loginCode } }, signal }),
        ),
      ),
    enabled: online,
    // Somebody beside the device may have changed it.
    staleTime: 0,
  });
}

/** Sends a partial document; answers what the device has then. */
export function useChangeConfig(loginCode: string) {
  const queries = useQueryClient();
  const again = () => queries.invalidateQueries({ queryKey: keys.ofDevice(loginCode, 'config') });
  return useMutation({
    mutationFn: async (change: JsonObject) =>
      documentOf(
        await answerOf(
          client.PATCH('/api/v1/devices/{login_code}/config', {
            params: { path: { login_code: loginCode } },
            body: change as Record<string, never>,
          }),
        ),
      ),
    onSuccess: (answer) => {
      if (answer.config) queries.setQueryData<DeviceConfig>(keys.ofDevice(loginCode, 'config'), answer);
      else void again();
    },
    // It may have taken a part.
    onError: again,
  });
}

/** What the document holds is the device's own business: no schema says it. */
function documentOf({ config }: { config?: object }): DeviceConfig {
  return config === undefined ? {} : { config: config as JsonObject };
}

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { answerOf, client } from './client';
import { dropFromLists } from './deviceEvents';
import { keys } from './queries';
import { useChange } from './useChange';

/** Takes many devices in at once: lines of code, password, model and name. All of them or none. */
export function useImportDevices() {
  return useChange(
    ({ csv, tenant }: { csv: string; tenant?: number }) =>
      answerOf(
        client.POST('/api/v1/devices/import', {
          params: { query: tenant === undefined ? {} : { tenant } },
          body: csv,
          bodySerializer: (text) => text,
          headers: { 'content-type': 'text/csv' },
        }),
      ),
    keys.lists,
    keys.tenantList,
  );
}

/** Gives a device that nobody holds to an organisation. */
export function useAssignDevice(loginCode: string) {
  return useChange(
    (tenant: number) =>
      answerOf(
        client.PUT('/api/v1/devices/{login_code}/tenant', {
          params: { path: { login_code: loginCode } },
          body: { tenant },
        }),
      ),
    keys.devices,
    keys.tenantList,
  );
}

/** The organisation gives the device up. `onReleased` is called even where the device's page is gone by then. */
export function useReleaseDevice(loginCode: string, onReleased: () => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (factoryReset: boolean) =>
      answerOf(
        client.POST('/api/v1/devices/{login_code}/release', {
          params: { path: { login_code: loginCode } },
          body: { factory_reset: factoryReset },
        }),
      ),
    onSuccess: () => {
      onReleased();
      dropFromLists(queries, loginCode);
      void queries.invalidateQueries({ queryKey: keys.tenants });
      return queries.invalidateQueries({ queryKey: keys.lists });
    },
  });
}

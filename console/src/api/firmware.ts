import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { answerOf, client } from './client';
import { byCursor } from './pages';
import { keys } from './queries';
import { useChange } from './useChange';

/** The images of an organisation and the platform's; without an organisation the platform's only. */
export function useFirmware(filter: { tenant?: number; hardware_model?: string }, enabled = true) {
  return useQuery({
    queryKey: keys.firmwareOf(filter),
    queryFn: ({ signal }) => answerOf(client.GET('/api/v1/firmware', { params: { query: filter }, signal })),
    enabled,
  });
}

export interface NewFirmware {
  tenant?: number;
  hardware_model: string;
  firmware_model: string;
  notes: string;
}

export function firmwareUploadUrl({ tenant, ...facts }: NewFirmware): string {
  const query = new URLSearchParams({ ...(tenant === undefined ? {} : { tenant: String(tenant) }), ...facts });
  return `/api/v1/firmware?${query.toString()}`;
}

export function useChangeFirmware() {
  return useChange(
    ({ id, notes }: { id: number; notes: string }) =>
      answerOf(client.PATCH('/api/v1/firmware/{firmware}', { params: { path: { firmware: id } }, body: { notes } })),
    keys.firmware,
  );
}

export function useDeleteFirmware() {
  return useChange(
    (id: number) => answerOf(client.DELETE('/api/v1/firmware/{firmware}', { params: { path: { firmware: id } } })),
    keys.firmware,
  );
}

/** The upgrades of a device, newest first. Progress is pushed. */
export function useUpgrades(loginCode: string) {
  return useInfiniteQuery({
    queryKey: keys.upgrades(loginCode),
    queryFn: ({ signal, pageParam }) =>
      answerOf(
        client.GET('/api/v1/devices/{login_code}/upgrades', {
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

export type WantedUpgrade = { firmware: number; force?: boolean } | { url: string; firmware_model: string };

export function useUpgradeDevice(loginCode: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (wanted: WantedUpgrade) =>
      answerOf(
        client.POST('/api/v1/devices/{login_code}/upgrade', {
          params: { path: { login_code: loginCode } },
          body: wanted,
        }),
      ),
    onSuccess: () => queries.invalidateQueries({ queryKey: keys.upgrades(loginCode) }),
  });
}

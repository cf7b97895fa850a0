import { useQuery, useQueryClient } from '@tanstack/react-query';
import { keys } from './queries';
import { ask } from './untyped';
import { useChange } from './useChange';

export interface DeviceTime {
  /** Of the device's place, without a zone: "2026-11-29T12:00:00". */
  datetime: string;
  /** Hours east of UTC. */
  tz?: number;
  /** How far the device's clock is ahead of the cloud's, s. */
  skew_s?: number;
}

export type DiskState = 'ok' | 'no_card' | 'faulty' | 'formatting' | 'unknown';

export interface Disk {
  state: number;
  state_name: DiskState;
}

/** While a card is being formatted nobody tells when it is done. */
const FORMATTING_POLL_MS = 2000;

export function useDeviceTime(loginCode: string, online: boolean) {
  return useQuery({
    queryKey: keys.ofDevice(loginCode, 'time'),
    queryFn: ({ signal }) =>
      ask<DeviceTime>('GET', '/api/v1/devices/{login_code}/time', { path: { login_code: loginCode }, signal }),
    enabled: online,
    staleTime: 0,
  });
}

export function useSyncTime(loginCode: string) {
  const queries = useQueryClient();
  return useChange(async () => {
    const time = await ask<DeviceTime>('POST', '/api/v1/devices/{login_code}/time', {
      path: { login_code: loginCode },
      body: {},
    });
    queries.setQueryData<DeviceTime>(keys.ofDevice(loginCode, 'time'), time);
  });
}

export function useDisk(loginCode: string, online: boolean) {
  return useQuery({
    queryKey: keys.ofDevice(loginCode, 'disk'),
    queryFn: ({ signal }) =>
      ask<Disk>('GET', '/api/v1/devices/{login_code}/disk', { path: { login_code: loginCode }, signal }),
    enabled: online,
    staleTime: 0,
    refetchInterval: ({ state }) => (state.data?.state_name === 'formatting' ? FORMATTING_POLL_MS : false),
  });
}

export function useFormatDisk(loginCode: string) {
  return useChange(
    (confirm: string) =>
      ask('POST', '/api/v1/devices/{login_code}/disk/format', { path: { login_code: loginCode }, body: { confirm } }),
    keys.ofDevice(loginCode, 'disk'),
  );
}

export function useReboot(loginCode: string) {
  return useChange((body: { confirm: string; channel?: number }) =>
    ask('POST', '/api/v1/devices/{login_code}/reboot', { path: { login_code: loginCode }, body }),
  );
}

/** Everything that the device keeps, its Wi-Fi, too, is as it came from the maker; then it restarts. */
export function useFactoryReset(loginCode: string) {
  return useChange(
    (confirm: string) =>
      ask('POST', '/api/v1/devices/{login_code}/factory-reset', { path: { login_code: loginCode }, body: { confirm } }),
    keys.ofDevice(loginCode, 'config'),
  );
}

export function useReschedule(loginCode: string) {
  return useChange(() => ask('POST', '/api/v1/devices/{login_code}/reschedule', { path: { login_code: loginCode } }));
}

export function useKeepAwake(loginCode: string) {
  return useChange(({ channel, seconds }: { channel: number; seconds: number }) =>
    ask('POST', '/api/v1/devices/{login_code}/channels/{channel}/keep-awake', {
      path: { login_code: loginCode, channel },
      body: { seconds },
    }),
  );
}

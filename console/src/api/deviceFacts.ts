import { useQuery } from '@tanstack/react-query';
import { answerOf, client } from './client';
import { keys } from './queries';
import type { Device } from './types';

/** What a device tells of itself (DAP DevInfo); devices leave out what they do not know. */
export interface DevInfo {
  hardware_model?: string;
  firmware_model?: string;
  last_upgrade_datetime?: string;
  wifi_ssid?: string;
  /** Percent. */
  wifi_signal?: number;
  /** Bit/s. */
  up_bandwidth?: number;
  down_bandwidth?: number;
  ip_addr?: string;
  mac_addr?: string;
  /** Percent. */
  battery?: number;
}

export interface DeviceInfo {
  info?: DevInfo;
  fetched_at?: string;
}

/** Radio and bandwidth change; a device that lives off its battery is not woken for it. */
const INFO_POLL_MS = 60_000;
/** More than a device in a bad place makes of a week. */
const HISTORY_LIMIT = 500;

export function useDeviceInfo(device: Device) {
  const steady = device.presence === 'online' && device.battery == null;
  return useQuery({
    queryKey: keys.ofDevice(device.login_code, 'info'),
    queryFn: async ({ signal }): Promise<DeviceInfo> => {
      const path = { login_code: device.login_code };
      return await answerOf(client.GET('/api/v1/devices/{login_code}/info', { params: { path }, signal }));
    },
    refetchInterval: steady ? INFO_POLL_MS : false,
  });
}

export function usePresenceHistory(loginCode: string) {
  return useQuery({
    queryKey: keys.ofDevice(loginCode, 'presence'),
    queryFn: ({ signal }) =>
      answerOf(
        client.GET('/api/v1/devices/{login_code}/presence', {
          params: { path: { login_code: loginCode }, query: { limit: HISTORY_LIMIT } },
          signal,
        }),
      ),
  });
}

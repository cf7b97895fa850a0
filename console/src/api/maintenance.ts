import { useQuery, useQueryClient } from '@tanstack/react-query';
import { answerOf, client } from './client';
import { keys } from './queries';
import type { DeviceTime } from './types';
import { useChange } from './useChange';

/** While a card is being formatted nobody tells when it is done. */
const FORMATTING_POLL_MS = 2000;

const of = (loginCode: string) => ({ params: { path: { login_code: loginCode } } });

export function useDeviceTime(loginCode: string, online: boolean) {
  return useQuery({
    queryKey: keys.ofDevice(loginCode, 'time'),
    queryFn: ({ signal }) => answerOf(client.GET('/api/v1/devices/{login_code}/time', { ...of(loginCode), signal })),
    enabled: online,
    staleTime: 0,
  });
}

export function useSyncTime(loginCode: string) {
  const queries = useQueryClient();
  return useChange(async () => {
    const time = await answerOf(client.POST('/api/v1/devices/{login_code}/time', { ...of(loginCode), body: {} }));
    queries.setQueryData<DeviceTime>(keys.ofDevice(loginCode, 'time'), time);
  });
}

export function useDisk(loginCode: string, online: boolean) {
  return useQuery({
    queryKey: keys.ofDevice(loginCode, 'disk'),
    queryFn: ({ signal }) => answerOf(client.GET('/api/v1/devices/{login_code}/disk', { ...of(loginCode), signal })),
    enabled: online,
    staleTime: 0,
    refetchInterval: ({ state }) => (state.data?.state_name === 'formatting' ? FORMATTING_POLL_MS : false),
  });
}

export function useFormatDisk(loginCode: string) {
  return useChange(
    (confirm: string) =>
      answerOf(client.POST('/api/v1/devices/{login_code}/disk/format', { ...of(loginCode), body: { confirm } })),
    keys.ofDevice(loginCode, 'disk'),
  );
}

export function useReboot(loginCode: string) {
  return useChange((body: { confirm: string; channel?: number }) =>
    answerOf(client.POST('/api/v1/devices/{login_code}/reboot', { ...of(loginCode), body })),
  );
}

/** Everything that the device keeps, its Wi-Fi, too, is as it came from the maker; then it restarts. */
export function useFactoryReset(loginCode: string) {
  return useChange(
    (confirm: string) =>
      answerOf(client.POST('/api/v1/devices/{login_code}/factory-reset', { ...of(loginCode), body: { confirm } })),
    keys.ofDevice(loginCode, 'config'),
  );
}

export function useReschedule(loginCode: string) {
  return useChange(() => answerOf(client.POST('/api/v1/devices/{login_code}/reschedule', of(loginCode))));
}

export function useKeepAwake(loginCode: string) {
  return useChange(({ channel, seconds }: { channel: number; seconds: number }) =>
    answerOf(
      client.POST('/api/v1/devices/{login_code}/channels/{channel}/keep-awake', {
        params: { path: { login_code: loginCode, channel } },
        body: { seconds },
      }),
    ),
  );
}

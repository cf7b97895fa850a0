import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { answerOf, client } from './client';
import { keys } from './queries';
import { useChange } from './useChange';

/** How often a device that plays is asked whether it still does, ms. Each time is a request to the device. */
const WHILE_PLAYING_MS = 5000;

/** The sounds of an organisation, to be played by its devices. */
export function useSounds(tenant: number | undefined) {
  return useQuery({
    queryKey: keys.sounds(tenant),
    queryFn: ({ signal }) =>
      answerOf(
        client.GET('/api/v1/tenants/{tenant}/sounds', {
          params: { path: { tenant: tenant ?? 0 } },
          signal,
        }),
      ),
    enabled: tenant !== undefined,
  });
}

export function soundUploadUrl(tenant: number, name: string): string {
  return `/api/v1/tenants/${tenant}/sounds?${new URLSearchParams({ name }).toString()}`;
}

export function useDeleteSound(tenant: number) {
  return useChange(
    (id: number) =>
      answerOf(client.DELETE('/api/v1/tenants/{tenant}/sounds/{sound}', { params: { path: { tenant, sound: id } } })),
    keys.sounds(tenant),
  );
}

/** What a channel plays. The device is asked, again and again only while it plays. */
export function useAudio(loginCode: string, channel: number, enabled: boolean) {
  return useQuery({
    queryKey: keys.audio(loginCode, channel),
    queryFn: ({ signal }) =>
      answerOf(
        client.GET('/api/v1/devices/{login_code}/channels/{channel}/audio', {
          params: { path: { login_code: loginCode, channel } },
          signal,
        }),
      ),
    enabled,
    retry: false,
    refetchInterval: ({ state }) => (state.data?.status === 'playing' ? WHILE_PLAYING_MS : false),
  });
}

/** A sound of the organisation, or what lies at an address. */
export type WhatToPlay = { sound: number } | { url: string };

export function usePlaySound(loginCode: string, channel: number) {
  return useAudioCommand(loginCode, channel, (what: WhatToPlay) =>
    answerOf(
      client.POST('/api/v1/devices/{login_code}/channels/{channel}/audio/play', {
        params: { path: { login_code: loginCode, channel } },
        body: what,
      }),
    ),
  );
}

export function useControlAudio(loginCode: string, channel: number) {
  return useAudioCommand(loginCode, channel, (op: 'stop' | 'pause' | 'resume') =>
    answerOf(
      client.POST('/api/v1/devices/{login_code}/channels/{channel}/audio/control', {
        params: { path: { login_code: loginCode, channel } },
        body: { op },
      }),
    ),
  );
}

/** Commands are events to the device, without an answer: how it took them is asked a moment later. */
function useAudioCommand<Wanted>(loginCode: string, channel: number, ask: (wanted: Wanted) => Promise<unknown>) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (wanted: Wanted) => {
      await ask(wanted);
      await new Promise((resolve) => setTimeout(resolve, 500));
    },
    onSuccess: () => queries.invalidateQueries({ queryKey: keys.audio(loginCode, channel) }),
  });
}

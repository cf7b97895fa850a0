import { useQuery } from '@tanstack/react-query';
import type { PtzCommand, Sent } from '../device/ptz/steering';
import { ApiError } from './apiError';
import { answerOf, client } from './client';
import { keys } from './queries';
import type { Preset } from './types';
import { useChange } from './useChange';

/** The cloud only passes a movement on: it answers soon, or is not there. */
const PATIENCE_MS = 4000;

/** Has the cloud pass one steering command on to the camera. */
export function movePtz(loginCode: string, channel: number, command: PtzCommand): Promise<unknown> {
  return answerOf(
    client.POST('/api/v1/devices/{login_code}/channels/{channel}/ptz', {
      params: { path: { login_code: loginCode, channel } },
      body: command,
      signal: AbortSignal.timeout(PATIENCE_MS),
      // What is under way when the page is left is still delivered.
      keepalive: true,
    }),
  );
}

/** What a failed command's error says about sending it again. */
export function fateOf(error: unknown): Exclude<Sent, 'ok'> {
  // Aborted after our patience ended: it may have arrived.
  if (!(error instanceof ApiError)) return 'unsure';
  if (error.status === 0 || error.status >= 500 || error.status === 429) return 'unsure';
  // The device is away for the moment; it may come back still moving.
  return error.status === 409 ? 'unsure' : 'refused';
}

const presetsKey = (loginCode: string, channel: number) => keys.ofDevice(loginCode, 'presets', channel);

export function usePresets(loginCode: string, channel: number, enabled: boolean) {
  return useQuery({
    queryKey: presetsKey(loginCode, channel),
    queryFn: ({ signal }) =>
      answerOf(
        client.GET('/api/v1/devices/{login_code}/channels/{channel}/presets', {
          params: { path: { login_code: loginCode, channel } },
          signal,
        }),
      ),
    enabled,
  });
}

/** Makes the present position a preset. */
export function useSetPreset(loginCode: string, channel: number) {
  return useChange(
    ({ id, name }: Preset) =>
      answerOf(
        client.PUT('/api/v1/devices/{login_code}/channels/{channel}/presets/{preset}', {
          params: { path: { login_code: loginCode, channel, preset: id } },
          body: name ? { name } : {},
        }),
      ),
    presetsKey(loginCode, channel),
  );
}

export function useClearPreset(loginCode: string, channel: number) {
  return useChange(
    (id: number) =>
      answerOf(
        client.DELETE('/api/v1/devices/{login_code}/channels/{channel}/presets/{preset}', {
          params: { path: { login_code: loginCode, channel, preset: id } },
        }),
      ),
    presetsKey(loginCode, channel),
  );
}

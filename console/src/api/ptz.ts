import { useQuery } from '@tanstack/react-query';
import type { PtzCommand, Sent } from '../device/ptz/steering';
import { ApiError } from './apiError';
import { keys } from './queries';
import { ask } from './untyped';
import { useChange } from './useChange';

export interface Preset {
  /** 0 to 255. */
  id: number;
  /** Given by people; kept by the cloud. */
  name?: string;
}

/** The cloud only passes a movement on: it answers soon, or is not there. */
const PATIENCE_MS = 4000;

/** Has the cloud pass one steering command on to the camera. */
export function movePtz(loginCode: string, channel: number, command: PtzCommand): Promise<unknown> {
  return ask('POST', '/api/v1/devices/{login_code}/channels/{channel}/ptz', {
    path: { login_code: loginCode, channel },
    body: command,
    signal: AbortSignal.timeout(PATIENCE_MS),
    // What is under way when the page is left is still delivered.
    keepalive: true,
  });
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
      ask<{ items: Preset[] }>('GET', '/api/v1/devices/{login_code}/channels/{channel}/presets', {
        path: { login_code: loginCode, channel },
        signal,
      }),
    enabled,
  });
}

/** Makes the present position a preset. */
export function useSetPreset(loginCode: string, channel: number) {
  return useChange(
    ({ id, name }: Preset) =>
      ask<Preset>('PUT', '/api/v1/devices/{login_code}/channels/{channel}/presets/{id}', {
        path: { login_code: loginCode, channel, id },
        body: name ? { name } : {},
      }),
    presetsKey(loginCode, channel),
  );
}

export function useClearPreset(loginCode: string, channel: number) {
  return useChange(
    (id: number) =>
      ask('DELETE', '/api/v1/devices/{login_code}/channels/{channel}/presets/{id}', {
        path: { login_code: loginCode, channel, id },
      }),
    presetsKey(loginCode, channel),
  );
}

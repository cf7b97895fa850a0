import { useQuery } from '@tanstack/react-query';
import { keys } from './queries';
import { ask } from './untyped';

/** What a device says that it can do (DAP section 6), and what it turned out not to know. */
export interface Capabilities {
  /** False: the device was never asked; nothing may be concluded from what is missing. */
  known: boolean;
  capabilities?: {
    ptz?: boolean;
    battery?: boolean;
    audio_out?: boolean;
    voice_out?: boolean;
    cloud_record?: boolean;
    trace?: boolean;
    https?: boolean;
    media_protocol?: string;
    pic_upload_https?: boolean;
    log_upload_https?: boolean;
    firmware_download_https?: boolean;
    video_encrypt?: boolean;
    switch?: boolean;
    led?: boolean;
    auto_reboot?: boolean;
    alarms?: Partial<Record<'io' | 'face' | 'cry' | 'voice' | 'motion' | 'body' | 'cross', boolean>>;
    x?: string[];
  };
  /** Methods that it answered with 101 (unknown method) since its last login. */
  unsupported: string[];
  fetched_at?: string;
}

/** Nothing is known of the device: nothing is ruled out. */
export const UNKNOWN_CAPABILITIES: Capabilities = { known: false, unsupported: [] };

export function useCapabilities(loginCode: string) {
  return useQuery({
    queryKey: keys.ofDevice(loginCode, 'capabilities'),
    queryFn: ({ signal }) =>
      ask<Capabilities>('GET', '/api/v1/devices/{login_code}/capabilities', {
        path: { login_code: loginCode },
        signal,
      }),
    // The cloud pushes when they change.
    staleTime: Infinity,
  });
}

type Flag = Exclude<keyof NonNullable<Capabilities['capabilities']>, 'media_protocol' | 'alarms' | 'x'>;

/** True only where the device was asked and did not say that it can: what is absent is "no" (DAP section 6). */
export function lacks({ known, capabilities }: Capabilities, what: Flag): boolean {
  return known && capabilities?.[what] !== true;
}

/** True where the device answered that it does not know the method. */
export function refuses({ unsupported }: Capabilities, method: string): boolean {
  return unsupported.includes(method);
}

import { useQuery } from '@tanstack/react-query';
import { answerOf, client } from './client';
import { keys } from './queries';
import type { Capabilities } from './types';

export type { Capabilities } from './types';

/** Nothing is known of the device: nothing is ruled out. */
export const UNKNOWN_CAPABILITIES: Capabilities = { known: false, unsupported: [] };

export function useCapabilities(loginCode: string) {
  return useQuery({
    queryKey: keys.ofDevice(loginCode, 'capabilities'),
    queryFn: ({ signal }) =>
      answerOf(
        client.GET('/api/v1/devices/{login_code}/capabilities', {
          params: { path: { login_code: loginCode } },
          signal,
        }),
      ),
    // The cloud pushes when they change.
    staleTime: Infinity,
  });
}

type Flag = Exclude<keyof NonNullable<Capabilities['capabilities']>, 'media_protocol' | 'alarms' | 'x' | 'other'>;

/** True only where the device was asked and did not say that it can: what is absent is "no" (DAP section 6). */
export function lacks({ known, capabilities }: Capabilities, what: Flag): boolean {
  return known && capabilities?.[what] !== true;
}

/** True where the device answered that it does not know the method. */
export function refuses({ unsupported }: Capabilities, method: string): boolean {
  return unsupported.includes(method);
}

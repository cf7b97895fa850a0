import { useQuery } from '@tanstack/react-query';
import { answerOf, client } from './client';
import { keys } from './queries';
import type { RecordPlan } from './types';
import { useChange } from './useChange';

/** Monday first, as the schedule of a plan has them. */
export const WEEK = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

/** When the channels of a device are recorded, and how it stands with that. */
export function useRecording(loginCode: string) {
  return useQuery({
    queryKey: keys.recordingState(loginCode),
    queryFn: async ({ signal }) =>
      (
        await answerOf(
          client.GET('/api/v1/devices/{login_code}/recording', { params: { path: { login_code: loginCode } }, signal }),
        )
      ).items,
    // The cloud pushes when it changes; the newest footage gets older by itself.
    refetchInterval: 30_000,
  });
}

export function useSetPlan(loginCode: string) {
  return useChange(
    ({ channel, plan }: { channel: number; plan: RecordPlan }) =>
      answerOf(
        client.PUT('/api/v1/devices/{login_code}/channels/{channel}/recording', {
          params: { path: { login_code: loginCode, channel } },
          body: plan,
        }),
      ),
    keys.recordingState(loginCode),
    keys.allRecordings(loginCode),
  );
}

/** How full the storage of footage is; for those who run the cloud. */
export function useStorage(enabled: boolean) {
  return useQuery({
    queryKey: keys.storage,
    queryFn: ({ signal }) => answerOf(client.GET('/api/v1/recording/storage', { signal })),
    enabled,
    refetchInterval: 60_000,
  });
}

import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { answerOf, client } from './client';
import { byCursor, dropFrom, mergeInto } from './pages';
import { keys } from './queries';

/** Pictures taken of a device, newest first. */
export function useSnapshots(loginCode: string, channel: number | undefined) {
  return useInfiniteQuery({
    queryKey: keys.snapshots(loginCode, channel),
    queryFn: ({ signal, pageParam }) =>
      answerOf(
        client.GET('/api/v1/devices/{login_code}/snapshots', {
          params: {
            path: { login_code: loginCode },
            query: {
              ...(channel === undefined ? {} : { channel }),
              ...(pageParam === undefined ? {} : { before: pageParam }),
            },
          },
          signal,
        }),
      ),
    ...byCursor,
  });
}

/** Answers once the picture is in the cloud. */
export function useTakeSnapshot(loginCode: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (channel: number) =>
      answerOf(
        client.POST('/api/v1/devices/{login_code}/channels/{channel}/snapshots', {
          params: { path: { login_code: loginCode, channel } },
        }),
      ),
    onSuccess: (snapshot) => {
      mergeInto(queries, keys.allSnapshots(loginCode), snapshot, (key) => belongsOnList(key, snapshot.channel));
    },
  });
}

export function useDeleteSnapshot(loginCode: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (id: number) =>
      answerOf(
        client.DELETE('/api/v1/devices/{login_code}/snapshots/{snapshot}', {
          params: { path: { login_code: loginCode, snapshot: id } },
        }),
      ),
    onSuccess: (_, id) => {
      dropFrom(queries, keys.allSnapshots(loginCode), id);
    },
  });
}

export function snapshotUrl(loginCode: string, id: number, download = false): string {
  return `/api/v1/devices/${encodeURIComponent(loginCode)}/snapshots/${id}/image${download ? '?download=true' : ''}`;
}

/** Lists are of one channel, or of all. */
function belongsOnList(key: readonly unknown[], channel: number): boolean {
  const only = key.at(-1) as { channel?: number };
  return only.channel === undefined || only.channel === channel;
}

import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { answerOf, client } from './client';
import { byCursor } from './pages';
import { keys } from './queries';

/** What was sent to a device, newest first. */
export function useCommands(loginCode: string, method: string | undefined) {
  return useInfiniteQuery({
    queryKey: keys.commandList(loginCode, method),
    queryFn: ({ signal, pageParam }) =>
      answerOf(
        client.GET('/api/v1/devices/{login_code}/commands', {
          params: {
            path: { login_code: loginCode },
            query: {
              ...(method === undefined ? {} : { method }),
              ...(pageParam === undefined ? {} : { before: pageParam }),
            },
          },
          signal,
        }),
      ),
    ...byCursor,
    placeholderData: keepPreviousData,
  });
}

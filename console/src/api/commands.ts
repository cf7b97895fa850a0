import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { byHand } from './byHand';
import { answerOf } from './client';
import { byCursor } from './pages';
import { keys } from './queries';
import type { Command, Page } from './records';

/** What was sent to a device, newest first. */
export function useCommands(loginCode: string, method: string | undefined) {
  return useInfiniteQuery({
    queryKey: keys.commandList(loginCode, method),
    queryFn: ({ signal, pageParam }) =>
      answerOf(
        byHand.GET<Page<Command>>('/api/v1/devices/{login_code}/commands', {
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

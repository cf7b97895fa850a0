import { useQuery } from '@tanstack/react-query';
import { answerOf, client } from './client';
import { keys } from './queries';
import { useChange } from './useChange';

/** What came of a bind id is pushed; asking now and then helps where the push does not get through. */
const ASK_AGAIN_MS = 3000;

export function useCreateBind(tenant: number) {
  return useChange((body: { name?: string; group_id?: number }) =>
    answerOf(client.POST('/api/v1/tenants/{tenant}/binds', { params: { path: { tenant } }, body })),
  );
}

export function useBind(tenant: number, bind: number) {
  return useQuery({
    queryKey: keys.bind(tenant, bind),
    queryFn: ({ signal }) =>
      answerOf(client.GET('/api/v1/tenants/{tenant}/binds/{bind}', { params: { path: { tenant, bind } }, signal })),
    refetchInterval: ({ state }) => (state.data && state.data.state !== 'waiting' ? false : ASK_AGAIN_MS),
  });
}

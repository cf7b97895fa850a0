import { type QueryKey, useMutation, useQueryClient } from '@tanstack/react-query';

/** A change asked of the cloud, and which cached answers it makes untrue. */
export function useChange<Wanted = void, Answer = unknown>(
  ask: (wanted: Wanted) => Promise<Answer>,
  ...untrue: QueryKey[]
) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ask,
    onSuccess: () => Promise.all(untrue.map((queryKey) => queries.invalidateQueries({ queryKey }))),
  });
}

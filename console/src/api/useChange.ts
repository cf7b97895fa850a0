import { type QueryKey, useMutation, useQueryClient } from '@tanstack/react-query';

/** A change asked of the cloud, and which cached answers it makes untrue. */
export function useChange<Wanted = void, Answer = unknown>(
  ask: (wanted: Wanted) => Promise<Answer>,
  ...untrue: QueryKey[]
) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ask,
    onSuccess: () => {
      // Not waited for: what shows the change's end may be gone once the answers are new.
      for (const queryKey of untrue) void queries.invalidateQueries({ queryKey });
    },
  });
}

import { useQueries } from '@tanstack/react-query';
import { useDebouncedValue } from '@mantine/hooks';
import { type ChannelRef, type Timeline, timelineQuery } from '../api/recordings';
import { askedFor, type View } from './view';

/** What became of the time in view, of each channel. While another zoom is being fetched, what was there before stays. */
export function useAccounts(refs: readonly ChannelRef[], view: View): (Timeline | undefined)[] {
  // While somebody zooms through, not every step is asked for.
  const [asked] = useDebouncedValue(JSON.stringify(askedFor(view)), 120);
  const span = JSON.parse(asked) as ReturnType<typeof askedFor>;
  return useQueries({
    queries: refs.map((ref) => timelineQuery(ref, span)),
    combine: (results) => results.map(({ data }) => data),
  });
}

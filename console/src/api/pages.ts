import type { InfiniteData, QueryClient, QueryKey } from '@tanstack/react-query';

export interface Page<T> {
  items: T[];
  /** Where older ones begin; absent: there are none. */
  next?: number;
}

/** What an infinite list needs to go on by the cloud's cursor. */
export const byCursor = {
  initialPageParam: undefined as number | undefined,
  getNextPageParam: ({ next }: { next?: number }) => next,
};

export type Pages<T> = InfiniteData<Page<T>>;

export function itemsOf<T>(pages: Pages<T>): T[] {
  return pages.pages.flatMap(({ items }) => items);
}

/**
 * Puts a newer state of a thing into a list that is newest first: in its place, or at the head where it is new. What the list is not
 * about (any more) leaves it, and what is older than what was fetched waits for its page.
 */
export function merged<T extends { id: number }>(
  pages: Pages<T>,
  item: T,
  belongs: (isNew: boolean) => boolean,
): Pages<T> {
  if (pages.pages.some(({ items }) => items.some(({ id }) => id === item.id))) {
    const stays = belongs(false);
    const put = (items: T[]): T[] =>
      stays ? items.map((old) => (old.id === item.id ? item : old)) : items.filter(({ id }) => id !== item.id);
    return { ...pages, pages: pages.pages.map((page) => ({ ...page, items: put(page.items) })) };
  }
  const [first, ...rest] = pages.pages;
  if (!first || !belongs(true)) return pages;
  const at = first.items.findIndex(({ id }) => id < item.id);
  if (at < 0 && first.next !== undefined) return pages;
  const items = first.items.toSpliced(at < 0 ? first.items.length : at, 0, item);
  return { ...pages, pages: [{ ...first, items }, ...rest] };
}

/**
 * The same in every cached list under a key. `belongs` is asked with the list's key, and whether the thing is new to it. A list that is
 * out of date or being fetched is asked for anew instead: putting something into it would make it pass for true.
 */
export function mergeInto(
  queries: QueryClient,
  queryKey: QueryKey,
  item: { id: number },
  belongs: (key: QueryKey, isNew: boolean) => boolean = () => true,
): void {
  for (const [key, pages] of queries.getQueriesData<Pages<{ id: number }>>({ queryKey })) {
    const state = queries.getQueryState(key);
    if (state?.isInvalidated || state?.fetchStatus === 'fetching') {
      void queries.invalidateQueries({ queryKey: key, exact: true });
    } else if (pages) {
      queries.setQueryData<Pages<{ id: number }>>(
        key,
        merged(pages, item, (isNew) => belongs(key, isNew)),
      );
    }
  }
}

/** Takes a deleted thing out of every cached list under a key. */
export function dropFrom(queries: QueryClient, queryKey: QueryKey, id: number): void {
  queries.setQueriesData<Pages<{ id: number }>>(
    { queryKey },
    (pages) =>
      pages && {
        ...pages,
        pages: pages.pages.map((page) => ({ ...page, items: page.items.filter((item) => item.id !== id) })),
      },
  );
}

/** Fetches lists anew from their newest page: what lies far behind is asked for again when somebody goes there. */
export function refreshNewest(queries: QueryClient, queryKey: QueryKey): void {
  queries.setQueriesData<Pages<unknown>>({ queryKey }, (pages) =>
    pages && pages.pages.length > 1
      ? { pages: pages.pages.slice(0, 1), pageParams: pages.pageParams.slice(0, 1) }
      : pages,
  );
  void queries.invalidateQueries({ queryKey });
}

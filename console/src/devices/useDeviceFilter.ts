import { useCallback } from 'react';
import { useSearchParams } from 'react-router';
import type { DeviceFilter } from '../api/queries';
import type { Presence } from '../api/types';
import { useTenantInView } from './useTenantInView';

export const PAGE_SIZE = 50;
export const PRESENCES = ['online', 'sleeping', 'offline'] as const satisfies Presence[];

/** What a person changes about the list; undefined takes a part of it away. */
export type FilterChange = { [K in 'query' | 'presence' | 'group' | 'page']?: DeviceFilter[K] | undefined };

/** The list's search, filter and page live in the address, so that "back" and shared links lead to the same view. */
export function useDeviceFilter(): [DeviceFilter, (change: FilterChange) => void] {
  const [search, setSearch] = useSearchParams();
  const presence = PRESENCES.find((p) => p === search.get('presence'));
  const page = Math.max(1, Math.floor(Number(search.get('page') ?? 1)) || 1);
  const group = Math.floor(Number(search.get('group') ?? NaN));
  const tenant = useTenantInView();
  const filter = {
    query: search.get('q') ?? '',
    presence,
    ...(tenant.id === undefined ? {} : { tenant: tenant.id }),
    ...(group > 0 ? { group } : {}),
    page,
    pageSize: PAGE_SIZE,
  };

  const change = useCallback(
    (wanted: FilterChange) => {
      setSearch(
        (before) => {
          const after = new URLSearchParams(before);
          if ('query' in wanted) setOrDelete(after, 'q', wanted.query);
          if ('group' in wanted) setOrDelete(after, 'group', wanted.group?.toString());
          if ('presence' in wanted) setOrDelete(after, 'presence', wanted.presence);
          // Another search begins on its first page.
          setOrDelete(after, 'page', wanted.page !== undefined && wanted.page > 1 ? String(wanted.page) : undefined);
          return after;
        },
        { replace: wanted.page === undefined },
      );
    },
    [setSearch],
  );
  return [filter, change];
}

function setOrDelete(params: URLSearchParams, name: string, value: string | undefined): void {
  if (value) params.set(name, value);
  else params.delete(name);
}

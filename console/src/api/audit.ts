import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { answerOf, client } from './client';
import { keys } from './queries';
import type { AuditOutcome } from './types';

export const AUDIT_PAGE = 100;

/** What to look for in the audit log; what is left out is not asked for. */
export interface AuditFilter {
  /** Left out: that of the whole cloud. */
  tenant?: number;
  actor?: string;
  action?: string;
  target?: string;
  outcome?: AuditOutcome;
  /** RFC 3339. */
  from?: string;
  to?: string;
}

/** The newest records first, older ones page by page. */
export function useAudit(filter: AuditFilter) {
  return useInfiniteQuery({
    queryKey: keys.audit(filter),
    queryFn: ({ signal, pageParam }) =>
      answerOf(
        client.GET('/api/v1/audit', {
          params: {
            query: { ...filter, limit: AUDIT_PAGE, ...(pageParam === undefined ? {} : { before: pageParam }) },
          },
          signal,
        }),
      ),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: ({ items }) => (items.length < AUDIT_PAGE ? undefined : items.at(-1)?.id),
    placeholderData: keepPreviousData,
    // It is read to see what was done just now.
    staleTime: 0,
  });
}

/** Where the same records come as a table for other programs. */
export function auditCsvUrl(filter: AuditFilter): string {
  const query = new URLSearchParams(Object.entries(filter).map(([name, value]) => [name, String(value)]));
  const text = query.toString();
  return text ? `/api/v1/audit.csv?${text}` : '/api/v1/audit.csv';
}

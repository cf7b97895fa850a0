import { useCallback } from 'react';
import { useSearchParams } from 'react-router';
import type { AuditFilter } from '../api/audit';
import type { AuditOutcome } from '../api/types';
import { fromLocalInput } from '../ui/localTime';

const TEXTS = ['actor', 'action', 'target'] as const;
export const OUTCOMES = ['done', 'refused', 'failed'] as const satisfies AuditOutcome[];
const TIMES = ['from', 'to'] as const;

export type WantedAudit = Omit<AuditFilter, 'tenant'>;

/** What is looked for stands in the address, so that it can be sent to somebody. */
export function useAuditFilter(): [WantedAudit, (change: Record<string, string>) => void] {
  const [search, setSearch] = useSearchParams();
  const change = useCallback(
    (wanted: Record<string, string>) => {
      setSearch(
        (before) => {
          const after = new URLSearchParams(before);
          for (const [name, value] of Object.entries(wanted)) {
            if (value) after.set(name, value);
            else after.delete(name);
          }
          return after;
        },
        { replace: true },
      );
    },
    [setSearch],
  );
  return [auditFilterOf(search), change];
}

/** The times in the address are as typed: those of this place. */
export function auditFilterOf(search: URLSearchParams): WantedAudit {
  const filter: WantedAudit = {};
  for (const name of TEXTS) {
    const value = search.get(name)?.trim();
    if (value) filter[name] = value;
  }
  const outcome = OUTCOMES.find((known) => known === search.get('outcome'));
  if (outcome) filter.outcome = outcome;
  for (const name of TIMES) {
    const value = fromLocalInput(search.get(name) ?? '');
    if (value) filter[name] = value;
  }
  return filter;
}

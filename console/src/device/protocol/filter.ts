import type { Direction, Kind, Message } from './message';
import { worst } from './message';

export interface MessageFilter {
  direction: Direction | 'both';
  kind: Kind | null;
  method: string | null;
  /** `found`: anything is said of it; `error`: something is wrong. */
  verdict: 'all' | 'found' | 'error';
  search: string;
}

export const NO_FILTER: MessageFilter = { direction: 'both', kind: null, method: null, verdict: 'all', search: '' };

/** Where messages are missing is always shown. */
export function matches(filter: MessageFilter, message: Message): boolean {
  if (message.kind === 'dropped' || message.kind === 'gap') return true;
  if (filter.direction !== 'both' && filter.direction !== message.direction) return false;
  if (filter.kind !== null && filter.kind !== message.kind) return false;
  if (filter.method !== null && filter.method !== message.method) return false;
  const level = worst(message);
  if (filter.verdict === 'error' && level !== 'error') return false;
  if (filter.verdict === 'found' && level === undefined) return false;
  const search = filter.search.trim().toLowerCase();
  return (
    search === '' ||
    message.text.toLowerCase().includes(search) ||
    (message.method ?? '').toLowerCase().includes(search) ||
    message.verdict.some(({ text, path }) => `${path ?? ''} ${text}`.toLowerCase().includes(search))
  );
}

export function isFiltering(filter: MessageFilter): boolean {
  const { direction, kind, method, verdict, search } = filter;
  return direction !== 'both' || kind !== null || method !== null || verdict !== 'all' || search.trim() !== '';
}

export function filtered(messages: readonly Message[], filter: MessageFilter): readonly Message[] {
  return isFiltering(filter) ? messages.filter((message) => matches(filter, message)) : messages;
}

/** The methods there are among them, by name. */
export function methodsIn(messages: readonly Message[]): string[] {
  const names = new Set<string>();
  for (const { method } of messages) if (method !== undefined) names.add(method);
  return [...names].sort((a, b) => a.localeCompare(b));
}

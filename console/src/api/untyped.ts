import { answerOf, client } from './client';

interface Ask {
  path?: Record<string, string | number>;
  query?: Record<string, string | number | boolean | undefined>;
  body?: unknown;
  signal?: AbortSignal;
  keepalive?: boolean;
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Asks a route that openapi.json does not know yet. What it answers is the caller's word. */
export function ask<T>(method: Method, route: string, { path, query, ...init }: Ask = {}): Promise<T> {
  const request = client.request as unknown as (
    method: string,
    route: string,
    init: object,
  ) => Promise<{ data?: T; error?: unknown; response: Response }>;
  return answerOf(request(method.toLowerCase(), route, { params: { path, query }, ...init }));
}

import { client } from './client';

/**
 * The client for routes that openapi.json does not have yet: paths and answers are typed by who calls. As soon as the description
 * has a route, its caller goes over to `client`.
 */
export const byHand = client as unknown as Record<
  'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters
  <T>(
    path: string,
    init?: {
      params?: { path?: Record<string, string | number>; query?: Record<string, unknown> };
      body?: unknown;
      signal?: AbortSignal;
    },
  ) => Promise<{ data?: T; error?: unknown; response: Response }>
>;

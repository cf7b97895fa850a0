/** The routes of organisations, people and binding, as agreed: until openapi.json has them. */
import type { Device } from './types';

export type BindState = 'waiting' | 'bound' | 'refused' | 'expired';

export interface Bind {
  id: number;
  state: BindState;
  name: string;
  group_id?: number | null;
  reason?: string | null;
  login_code?: string | null;
  created_at: string;
  expires_at: string;
}

export interface CreatedBind {
  id: number;
  bind_id: string;
  expires_at: string;
  qr: { id: string };
}

export interface AuditEntry {
  id: number;
  at: string;
  actor: { kind: string; id?: string | null; name: string };
  tenant?: { id: number; name: string } | null;
  address: string;
  action: string;
  target: string;
  outcome: string;
  detail: string;
}

export interface AuditQuery {
  tenant?: number;
  actor?: string;
  action?: string;
  target?: string;
  outcome?: string;
  from?: string;
  to?: string;
  before?: number;
  limit?: number;
}

type None = Record<string, never>;
interface Op<Path, Query, Body, Answer> {
  parameters: {
    query?: Query extends None ? never : Query;
    header?: never;
    cookie?: never;
    path: Path extends None ? undefined : Path;
  };
  requestBody: Body extends None ? undefined : { content: { 'application/json': Body } };
  responses: {
    200: {
      headers: Record<string, unknown>;
      content: { 'application/json': Answer };
    };
  };
}
type Fixed<O> = {
  [K in keyof O as O[K] extends undefined ? never : K]: K extends 'parameters'
    ? { [P in keyof O[K] as O[K][P] extends undefined ? (P extends 'path' ? never : P) : P]: O[K][P] }
    : O[K];
};
type Route<Path, Query, Body, Answer> = Fixed<Op<Path, Query, Body, Answer>>;
interface InTenant {
  tenant: number;
}

export interface DraftPaths {
  '/api/v1/tenants/{tenant}/binds': {
    post: Route<InTenant, None, { name?: string; group_id?: number }, CreatedBind>;
  };
  '/api/v1/tenants/{tenant}/binds/{bind}': {
    get: Route<InTenant & { bind: number }, None, None, Bind>;
    delete: Route<InTenant & { bind: number }, None, None, undefined>;
  };
  '/api/v1/audit': { get: Route<None, AuditQuery, None, { items: AuditEntry[] }> };
  '/api/v1/devices/import': { post: Route<None, { tenant?: number }, string, { imported: number }> };
  '/api/v1/devices/{login_code}/release': {
    post: Route<{ login_code: string }, None, { factory_reset?: boolean }, undefined>;
  };
  '/api/v1/devices/{login_code}/tenant': {
    put: Route<{ login_code: string }, None, { tenant: number }, Device>;
  };
}

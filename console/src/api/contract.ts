/** Routes of the cloud that openapi.json does not tell of yet. */
import type { components } from './schema';

type Me = components['schemas']['Me'];
type Role = components['schemas']['Role'];

export interface MySession {
  id: number;
  current: boolean;
  created_at: string;
  last_seen_at: string;
  expires_at: string;
  address?: string | null;
  user_agent?: string | null;
}

export interface InvitationLook {
  tenant_name: string;
  role: Role;
  invited_by?: string;
  note?: string | null;
  expires_at: string;
}

interface SignedIn {
  token: string;
  expires_at: string;
  user: Me;
}

interface Op<Body, Out, Path = never> {
  parameters: { query?: never; header?: never; path: Path; cookie?: never };
  requestBody: { content: { 'application/json': Body } };
  responses: { 200: { headers: Record<string, unknown>; content: { 'application/json': Out } } };
}

interface Bare<Out, Path = never> {
  parameters: { query?: never; header?: never; path: Path; cookie?: never };
  requestBody?: never;
  responses: { 200: { headers: Record<string, unknown>; content: { 'application/json': Out } } };
}

type Free<T extends { parameters: object }> = Omit<T, 'parameters'> & {
  parameters: { query?: never; header?: never; path?: never; cookie?: never };
};

type Post<Body, Out> = { post: Free<Op<Body, Out>> };
type Get<Out> = { get: Free<Bare<Out>> };

export interface ContractPaths {
  '/api/v1/setup': Get<{ needed: boolean }> &
    Post<{ code: string; username: string; password: string; tenant_name?: string | null }, SignedIn>;
  '/api/v1/login': Post<{ username: string; password: string; code?: string | null }, SignedIn>;
  '/api/v1/me/password': Post<{ current: string; new: string }, undefined>;
  '/api/v1/me/sessions': Get<{ items: MySession[] }> & { delete: Free<Bare<undefined>> };
  '/api/v1/me/sessions/{session}': { delete: Bare<undefined, { session: number }> };
  '/api/v1/me/totp': Post<{ password: string }, { secret: string; otpauth_url: string }>;
  '/api/v1/me/totp/confirm': Post<{ code: string }, { recovery_codes: string[] }>;
  '/api/v1/me/totp/disable': Post<{ password: string; code: string }, undefined>;
  '/api/v1/me/recovery_codes': Post<{ password: string; code: string }, { recovery_codes: string[] }>;
  '/api/v1/invitations/look': Post<{ token: string }, InvitationLook>;
  '/api/v1/invitations/accept': Post<{ token: string; username: string; password: string }, SignedIn>;
  '/api/v1/me/invitations': Post<{ token: string }, Me>;
  '/api/v1/password_reset': Post<{ token: string; password: string }, undefined>;
}

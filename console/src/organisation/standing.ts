import type { Standing } from '../api/people';
import type { Grant, Permission, Role } from '../api/types';

export const ROLES = ['owner', 'admin', 'operator', 'viewer'] as const satisfies Role[];

/** What can be given on a part of an organisation. Who has any of it sees that the part is there, too. */
export const GRANTABLE = ['see_live', 'see_recordings', 'control', 'configure'] as const satisfies Permission[];

/** Owners and administrators always reach everything. */
export function reachesAll(role: Role): boolean {
  return role === 'owner' || role === 'admin';
}

/** What a role's people usually get on a part. */
export function usualPermissions(role: Role): Permission[] {
  return role === 'viewer' ? ['see_live', 'see_recordings'] : ['see_live', 'see_recordings', 'control'];
}

/** A grant says where it holds, and allows something. */
export function isComplete({ role, everywhere, grants }: Standing): boolean {
  if (everywhere || reachesAll(role)) return true;
  return grants.length > 0 && grants.every((grant) => hasTarget(grant) && grant.permissions.length > 0);
}

/** As the cloud takes it: who reaches everything needs no grants. */
export function toSend({ role, everywhere, grants }: Standing): Standing {
  const all = everywhere || reachesAll(role);
  return { role, everywhere: all, grants: all ? [] : grants.map(withoutIdleWindow) };
}

/** The same permissions on another part. */
export function movedTo(grant: Grant, part: Pick<Grant, 'group_id' | 'login_code' | 'channel'>): Grant {
  return { ...without(grant, 'group_id', 'login_code', 'channel'), ...part };
}

/** The same for recordings from or to another time; nothing lifts the bound. */
export function boundedBy(grant: Grant, bound: 'recordings_from' | 'recordings_to', at: string | undefined): Grant {
  return { ...without(grant, bound), ...(at ? { [bound]: at } : {}) };
}

/** The same for recordings of any time. */
export function unbounded(grant: Grant): Grant {
  return without(grant, 'recordings_from', 'recordings_to');
}

/** A time for recordings says nothing where recordings are not allowed. */
function withoutIdleWindow(grant: Grant): Grant {
  return grant.permissions.includes('see_recordings') ? grant : unbounded(grant);
}

function hasTarget(grant: Grant): boolean {
  return grant.group_id != null || !!grant.login_code;
}

function without<T extends object, K extends keyof T>(value: T, ...names: K[]): Omit<T, K> {
  const rest = { ...value };
  for (const name of names) Reflect.deleteProperty(rest, name);
  return rest;
}

import { useSyncExternalStore } from 'react';
import { useMe } from './session';
import type { Channel, Device, MyTenant, Permission } from './types';

/**
 * The organisation at work, for people who are in several. It is kept in this browser; pages of one organisation have it in
 * their address, which wins.
 */
const STORED = 'ovs.tenant';

let chosen: number | undefined = Number(localStorage.getItem(STORED)) || undefined;
const listeners = new Set<() => void>();

export function chooseTenant(tenant: number): void {
  if (tenant === chosen) return;
  chosen = tenant;
  localStorage.setItem(STORED, String(tenant));
  for (const listener of listeners) listener();
}

export function useMyTenants(): MyTenant[] {
  return useMe().data?.tenants ?? [];
}

/** Nothing for platform administrators who belong to no organisation. */
export function useCurrentTenant(): MyTenant | undefined {
  const id = useSyncExternalStore(subscribe, () => chosen);
  return currentOf(useMyTenants(), id);
}

/** The one chosen earlier, if still a member, else the first. */
export function currentOf(tenants: MyTenant[], id: number | undefined): MyTenant | undefined {
  return tenants.find((tenant) => tenant.id === id) ?? tenants[0];
}

export function useIsPlatformAdmin(): boolean {
  return useMe().data?.platform_admin ?? false;
}

/** Whether one may do this with all of it, so far as a console can know: the cloud decides. */
export function may(what: Permission, on: { permissions: Permission[] } | undefined): boolean {
  return on?.permissions.includes(what) ?? false;
}

/** Whether one may do this with a channel: people may be let do more with single ones than with the device. */
export function mayWith(what: Permission, channel: Channel, device: { permissions: Permission[] }): boolean {
  return (channel.permissions ?? device.permissions).includes(what);
}

/** Whether one may do this with the device or at least with one of its channels. */
export function maySomewhere(what: Permission, device: Device): boolean {
  return may(what, device) || device.channels.some((channel) => mayWith(what, channel, device));
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

import { useEffect } from 'react';
import { useSearchParams } from 'react-router';
import { chooseTenant, useCurrentTenant, useMyTenants } from '../api/currentTenant';
import { useTenant } from '../api/tenants';
import type { Permission } from '../api/types';

/** Whose devices the list shows. */
export interface TenantInView {
  /** Left out: those of everybody, for platform administrators who belong to no organisation. */
  id: number | undefined;
  name: string;
  permissions: Permission[];
  /** One that the platform administrator is not in. */
  foreign: boolean;
}

/** The organisation in the address (`?tenant=`), else the one at work. */
export function useTenantInView(): TenantInView {
  const [search] = useSearchParams();
  const asked = Number(search.get('tenant')) || undefined;
  const current = useCurrentTenant();
  const mine = useMyTenants().find(({ id }) => id === asked);
  const isMine = mine !== undefined;
  useEffect(() => {
    if (isMine && asked !== undefined) chooseTenant(asked);
  }, [isMine, asked]);
  const foreign = asked !== undefined && !isMine;
  const stranger = useTenant(foreign ? asked : undefined).data;
  if (foreign) {
    return { id: asked, name: stranger?.name ?? '', permissions: stranger?.permissions ?? [], foreign };
  }
  const own = mine ?? current;
  return { id: own?.id, name: own?.name ?? '', permissions: own?.permissions ?? [], foreign };
}

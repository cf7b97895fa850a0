import { useEffect } from 'react';
import { useParams } from 'react-router';
import { chooseTenant, useMyTenants } from '../api/currentTenant';
import type { MyTenant } from '../api/types';

const NOBODYS: MyTenant = { id: 0, name: '', everywhere: false, permissions: [] };

/** The organisation in the address; one of which one is no member may nothing. */
export function useOrganisation(): MyTenant {
  const { tenant } = useParams();
  const id = Number(tenant);
  const mine = useMyTenants().find((own) => own.id === id);
  const known = mine !== undefined;
  useEffect(() => {
    if (known) chooseTenant(id);
  }, [known, id]);
  return mine ?? NOBODYS;
}

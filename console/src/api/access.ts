import type { Me, MyTenant, Permission } from './types';

/** What the person logged in may do, for pages that offer only what is possible. The cloud decides anew on every request. */
export interface Access {
  me: Me;
  /** On everything of this tenant. Grants on parts of it are told by each device (`device.permissions`). */
  may: (permission: Permission, tenantId: number) => boolean;
  /** On everything of some tenant, or as who runs the platform. */
  mayAnywhere: (permission: Permission) => boolean;
  /** The tenants on everything of which it is allowed. */
  tenantsWith: (permission: Permission) => MyTenant[];
}

export function accessOf(me: Me): Access {
  const tenantsWith = (permission: Permission): MyTenant[] =>
    me.tenants.filter((tenant) => tenant.permissions.includes(permission));
  return {
    me,
    may: (permission, tenantId) => tenantsWith(permission).some((tenant) => tenant.id === tenantId),
    mayAnywhere: (permission) => me.platform_admin || tenantsWith(permission).length > 0,
    tenantsWith,
  };
}

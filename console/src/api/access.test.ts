import { expect, it } from 'vitest';
import { accessOf } from './access';
import type { Me } from './types';

const ME: Me = {
  id: 1,
  username: 'mai',
  platform_admin: false,
  totp: false,
  recovery_codes_left: 0,
  tenants: [
    { id: 1, name: 'Home', role: 'owner', everywhere: true, permissions: ['view', 'see_live', 'configure'] },
    { id: 2, name: 'Shop', role: 'viewer', everywhere: false, permissions: [] },
  ],
};

it('tells what is allowed in which organisation', () => {
  const access = accessOf(ME);
  expect(access.may('configure', 1)).toBe(true);
  expect(access.may('configure', 2)).toBe(false);
  expect(access.may('manage_people', 1)).toBe(false);
  expect(access.tenantsWith('view').map((tenant) => tenant.name)).toEqual(['Home']);
});

it('offers what is possible somewhere, and to those who run the platform', () => {
  expect(accessOf(ME).mayAnywhere('configure')).toBe(true);
  expect(accessOf({ ...ME, tenants: [] }).mayAnywhere('configure')).toBe(false);
  expect(accessOf({ ...ME, tenants: [], platform_admin: true }).mayAnywhere('configure')).toBe(true);
});

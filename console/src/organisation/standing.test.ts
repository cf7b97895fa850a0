import { expect, it } from 'vitest';
import { isComplete, toSend } from './standing';

it('sends no grants of those who reach everything', () => {
  const grants = [{ group_id: 1, permissions: ['see_live' as const] }];
  expect(toSend({ role: 'admin', everywhere: false, grants })).toEqual({ role: 'admin', everywhere: true, grants: [] });
  expect(toSend({ role: 'viewer', everywhere: true, grants }).grants).toEqual([]);
  expect(toSend({ role: 'viewer', everywhere: false, grants }).grants).toEqual(grants);
});

it('wants to know where a grant holds and what it allows', () => {
  const viewer = { role: 'viewer' as const, everywhere: false };
  expect(isComplete({ ...viewer, grants: [] })).toBe(false);
  expect(isComplete({ ...viewer, grants: [{ permissions: ['see_live'] }] })).toBe(false);
  expect(isComplete({ ...viewer, grants: [{ group_id: 3, permissions: [] }] })).toBe(false);
  expect(isComplete({ ...viewer, grants: [{ group_id: 3, permissions: ['see_live'] }] })).toBe(true);
  expect(isComplete({ role: 'owner', everywhere: false, grants: [] })).toBe(true);
});

it('drops the time of recordings that are not allowed', () => {
  const grant = { login_code: 'cam', permissions: ['see_live' as const], recordings_from: '2026-01-01T00:00:00Z' };
  expect(toSend({ role: 'viewer', everywhere: false, grants: [grant] }).grants).toEqual([
    { login_code: 'cam', permissions: ['see_live'] },
  ]);
});

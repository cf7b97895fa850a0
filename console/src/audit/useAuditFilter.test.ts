import { expect, it } from 'vitest';
import { auditFilterOf } from './useAuditFilter';

it('asks for what the address says, with times of this place', () => {
  const search = new URLSearchParams({ actor: ' anna ', outcome: 'refused', from: '2026-11-22T08:30', target: '' });
  expect(auditFilterOf(search)).toEqual({
    actor: 'anna',
    outcome: 'refused',
    from: new Date(2026, 10, 22, 8, 30).toISOString(),
  });
});

it('leaves out what nobody can mean', () => {
  expect(auditFilterOf(new URLSearchParams({ outcome: 'whatever', to: '2026-99-99T00:00', action: ' ' }))).toEqual({});
});

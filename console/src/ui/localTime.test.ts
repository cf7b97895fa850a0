import { expect, it } from 'vitest';
import { fromLocalInput, toLocalInput } from './localTime';

it('goes to the field and back to the minute', () => {
  const at = '2026-11-22T20:05:00.000Z';
  expect(fromLocalInput(toLocalInput(at))).toBe(at);
});

it('takes half a time for none', () => {
  expect(fromLocalInput('')).toBeUndefined();
  expect(fromLocalInput('2026-13-')).toBeUndefined();
  expect(toLocalInput('nonsense')).toBe('');
  expect(toLocalInput(null)).toBe('');
});

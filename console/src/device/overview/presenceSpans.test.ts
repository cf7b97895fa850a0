import { expect, it } from 'vitest';
import type { PresenceChange } from '../../api/types';
import type { Presence } from '../../api/types';
import { onlineShare, spansOf } from './presenceSpans';

const change = (atMs: number, presence: Presence): PresenceChange => ({
  id: atMs,
  at: new Date(atMs).toISOString(),
  presence,
});

it('fills the time without gaps', () => {
  const spans = spansOf([change(900, 'online'), change(700, 'offline'), change(200, 'online')], 1000, 600);
  expect(spans).toEqual([
    { from: 400, to: 700, presence: 'online' },
    { from: 700, to: 900, presence: 'offline' },
    { from: 900, to: 1000, presence: 'online' },
  ]);
  expect(onlineShare(spans)).toBeCloseTo(400 / 600);
});

it('knows what it does not know', () => {
  const spans = spansOf([change(800, 'sleeping')], 1000, 400);
  expect(spans).toEqual([
    { from: 600, to: 800, presence: undefined },
    { from: 800, to: 1000, presence: 'sleeping' },
  ]);
  expect(onlineShare(spans)).toBe(0);
  expect(onlineShare(spansOf([], 1000, 400))).toBeUndefined();
});

it('joins repeated news, and survives clocks that disagree', () => {
  expect(spansOf([change(900, 'online'), change(600, 'online')], 1000, 600)).toEqual([
    { from: 400, to: 600, presence: undefined },
    { from: 600, to: 1000, presence: 'online' },
  ]);
  expect(spansOf([change(1500, 'offline'), change(500, 'online')], 1000, 500)).toEqual([
    { from: 500, to: 1000, presence: 'online' },
  ]);
});

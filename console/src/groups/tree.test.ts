import { expect, it } from 'vitest';
import type { Group } from '../api/types';
import { flat, forestOf, groupPath, subtreeIds } from './tree';

const GROUPS: Group[] = [
  { id: 4, name: 'Floor 10', parent_id: 1, devices: 1 },
  { id: 3, name: 'Floor 2', parent_id: 1, devices: 2 },
  { id: 2, name: 'Annex', devices: 0 },
  { id: 1, name: 'Harbour', devices: 4 },
  { id: 5, name: 'Gate', parent_id: 3, devices: 8 },
];

it('orders groups below one another, by name as people count', () => {
  const rows = flat(forestOf(GROUPS, 'en')).map(({ group, depth }) => `${'-'.repeat(depth)}${group.name}`);
  expect(rows).toEqual(['Annex', 'Harbour', '-Floor 2', '--Gate', '-Floor 10']);
});

it('counts the devices of a group with those below it', () => {
  const [, harbour] = forestOf(GROUPS, 'en');
  expect(harbour?.devices).toBe(15);
});

it('shows at the top what lies in a group that one may not see', () => {
  const visible = GROUPS.filter(({ id }) => id === 3 || id === 5);
  expect(flat(forestOf(visible, 'en')).map(({ group, depth }) => [group.name, depth])).toEqual([
    ['Floor 2', 0],
    ['Gate', 1],
  ]);
  expect(groupPath(visible, 5)).toBe('Floor 2 / Gate');
});

it('knows all that moves along with a group', () => {
  expect(subtreeIds(GROUPS, 1)).toEqual(new Set([1, 3, 5, 4]));
  expect(subtreeIds(GROUPS, 99)).toEqual(new Set());
});

import { expect, it } from 'vitest';
import { merged, type Pages } from './pages';

interface Thing {
  id: number;
  state: string;
}

function pages(...of: number[][]): Pages<Thing> {
  return {
    pages: of.map((ids, at) => ({
      items: ids.map((id) => ({ id, state: 'old' })),
      ...(at < of.length - 1 || ids.length === 3 ? { next: ids.at(-1) ?? 0 } : {}),
    })),
    pageParams: of.map(() => undefined),
  };
}

const ids = (list: Pages<Thing>): number[][] => list.pages.map(({ items }) => items.map(({ id }) => id));
const always = (): boolean => true;

it('puts what is new at the head, and what is known in its place', () => {
  expect(ids(merged(pages([9, 8, 7], [5]), { id: 10, state: 'new' }, always))).toEqual([[10, 9, 8, 7], [5]]);
  const changed = merged(pages([9, 8, 7], [5]), { id: 5, state: 'new' }, always);
  expect(changed.pages[1]?.items).toEqual([{ id: 5, state: 'new' }]);
});

it('keeps the order when news overtake one another', () => {
  expect(ids(merged(pages([9, 7], []), { id: 8, state: 'new' }, always))).toEqual([[9, 8, 7], []]);
});

it('takes away what the list is no longer about, and does not take in what it never was about', () => {
  const never = (): boolean => false;
  expect(ids(merged(pages([9, 8]), { id: 8, state: 'new' }, never))).toEqual([[9]]);
  const before = pages([9, 8]);
  expect(merged(before, { id: 10, state: 'new' }, never)).toBe(before);
});

it('leaves what is older than the first page to its own page, unless there is no other', () => {
  const before = pages([9, 8, 7], [5]);
  expect(merged(before, { id: 6, state: 'new' }, always)).toBe(before);
  expect(ids(merged(pages([9]), { id: 6, state: 'new' }, always))).toEqual([[9, 6]]);
  expect(ids(merged(pages([]), { id: 1, state: 'new' }, always))).toEqual([[1]]);
});

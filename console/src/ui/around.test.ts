import { expect, it } from 'vitest';
import { around } from './around';

const ITEMS = [{ id: 9 }, { id: 7 }, { id: 4 }];

it('finds a thing and its neighbours', () => {
  expect(around(ITEMS, 7)).toEqual({ item: { id: 7 }, newer: { id: 9 }, older: { id: 4 } });
  expect(around(ITEMS, 9)).toEqual({ item: { id: 9 }, older: { id: 7 } });
  expect(around(ITEMS, 4)).toEqual({ item: { id: 4 }, newer: { id: 7 } });
});

it('goes on from where a thing was that has left the list', () => {
  expect(around(ITEMS, 5)).toEqual({ newer: { id: 7 }, older: { id: 4 } });
  expect(around(ITEMS, NaN)).toEqual({});
});

import { expect, it } from 'vitest';
import { filtered, type MessageFilter, methodsIn, NO_FILTER } from './filter';
import { marker, type Message } from './message';

const base = { ...marker(0, 'gap'), text: '' };
const request: Message = { ...base, key: 1, kind: 'request', method: 'QueryTime', text: '{"req":"QueryTime"}' };
const answer: Message = {
  ...base,
  key: 2,
  kind: 'answer',
  direction: 'down',
  method: 'GetCap',
  text: '{"resp":"Garden"}',
  verdict: [{ level: 'warning', text: 'unknown key', path: 'resp.x' }],
};
const gap: Message = { ...base, key: 3 };
const all = [request, gap, answer];

const keys = (change: Partial<MessageFilter>): number[] =>
  filtered(all, { ...NO_FILTER, ...change }).map(({ key }) => key);

it('shows what fits, and always where something is missing', () => {
  expect(filtered(all, NO_FILTER)).toBe(all);
  expect(keys({ direction: 'down' })).toEqual([3, 2]);
  expect(keys({ kind: 'request' })).toEqual([1, 3]);
  expect(keys({ method: 'GetCap' })).toEqual([3, 2]);
  expect(keys({ verdict: 'found' })).toEqual([3, 2]);
  expect(keys({ verdict: 'error' })).toEqual([3]);
  expect(keys({ search: ' garden ' })).toEqual([3, 2]);
  expect(keys({ search: 'unknown key' })).toEqual([3, 2]);
  expect(keys({ search: 'querytime' })).toEqual([1, 3]);
});

it('names the methods that there are', () => {
  expect(methodsIn(all)).toEqual(['GetCap', 'QueryTime']);
});

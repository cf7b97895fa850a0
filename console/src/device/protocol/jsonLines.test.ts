import { expect, it } from 'vitest';
import { jsonLines, MAX_LINES } from './jsonLines';
import type { Verdict } from './message';

const said = (path: string | undefined, text = 'x'): Verdict => ({
  level: 'error',
  text,
  ...(path === undefined ? {} : { path }),
});

it('writes what JSON.stringify writes', () => {
  const value = { a: [1, 'two', null, { b: true }], 'c d': {}, e: [], f: -1.5 };
  const { lines } = jsonLines(value, []);
  const text = lines.map(({ depth, key, value: shown }) => '  '.repeat(depth) + key + shown).join('\n');
  expect(text).toBe(JSON.stringify(value, null, 2));
});

it('puts what is said at its place, or at what is around it', () => {
  const value = { req: 'Keepalive', params: { channels: [{ channel: 0 }, { state: 'x' }], 'a b': 1 } };
  const { lines, rest } = jsonLines(value, [
    said('params.channels[1].state'),
    said('params.channels[0].state', 'is missing'),
    said('params["a b"]'),
    said('seq'),
    said(undefined),
  ]);
  const marked = lines.filter(({ verdict }) => verdict.length > 0).map(({ key, value: shown }) => key + shown);
  expect(marked).toEqual(['{', '{', '"state": "x"', '"a b": 1']);
  expect(lines.find(({ verdict }) => verdict[0]?.text === 'is missing')?.depth).toBe(3);
  expect(rest).toEqual([said(undefined)]);
});

it('stops where nobody reads on', () => {
  const { lines, cut } = jsonLines(
    Array.from({ length: 9000 }, (_, n) => n),
    [],
  );
  expect(cut).toBe(true);
  expect(lines.length).toBeLessThanOrEqual(MAX_LINES + 1);
});

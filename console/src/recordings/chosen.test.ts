import { expect, it } from 'vitest';
import { acrossOf, channelsIn } from './chosen';

it('reads the channels of an address', () => {
  expect(
    channelsIn(new URLSearchParams('c=gate:1&c=gate:2&c=gate:1&c=x&c=:3&c=a:b&c=a:&c=a:-1&c=gate:0&c=my:cam:7')),
  ).toEqual([
    { loginCode: 'gate', channel: 1 },
    { loginCode: 'gate', channel: 2 },
    { loginCode: 'gate', channel: 0 },
    { loginCode: 'my:cam', channel: 7 },
  ]);
  const many = new URLSearchParams(Array.from({ length: 20 }, (_, at) => ['c', `a:${at + 1}`]));
  expect(channelsIn(many)).toHaveLength(9);
});

it('lays them out as squarely as it can', () => {
  expect([1, 2, 4, 5, 9].map(acrossOf)).toEqual([1, 2, 2, 3, 3]);
});

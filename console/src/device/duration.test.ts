import { expect, it } from 'vitest';
import { durationText } from './duration';

it('says a length of time in its two largest units', () => {
  const text = (seconds: number): string => durationText('en', seconds);
  expect([0, 59, 60, 3725, 86_400 * 3 + 7300, 86_400 + 5].map(text)).toEqual([
    '0 sec',
    '59 sec',
    '1 min',
    '1 hr 2 min',
    '3 days 2 hr',
    '1 day',
  ]);
  expect(durationText('zh', 3725)).toBe('1小时 2分钟');
});

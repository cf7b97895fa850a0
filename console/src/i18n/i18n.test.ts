import { expect, it } from 'vitest';
import { en } from './en';
import { agoText, bitrateText, bytesText, latencyText, regionalOf } from './formats';
import { preferredLanguage } from './i18n';
import { zh } from './zh';

it('speaks the language chosen, else the browser’s, else English', () => {
  expect(preferredLanguage('zh', ['en-US'])).toBe('zh');
  expect(preferredLanguage(null, ['zh-CN', 'en'])).toBe('zh');
  expect(preferredLanguage(null, ['fr', 'zh-TW'])).toBe('zh');
  expect(preferredLanguage('xx', ['fr', 'de'])).toBe('en');
});

it('fills in the same values in every language', () => {
  const gaps = (texts: object): [string, string[]][] =>
    Object.entries(texts).flatMap(([key, text]: [string, unknown]): [string, string[]][] =>
      typeof text === 'string'
        ? [[key, (text.match(/\{\{\w+\}\}/g) ?? []).toSorted()]]
        : gaps(text as object).map(([inner, found]): [string, string[]] => [`${key}.${inner}`, found]),
    );
  expect(gaps(zh)).toEqual(gaps(en));
});

it('writes numbers as people read them', () => {
  expect([950_000, 999_600, 2_140_000].map(bitrateText)).toEqual(['950 kbit/s', '1.0 Mbit/s', '2.1 Mbit/s']);
  expect([-5, 240, 996, 4200, 12_300].map(latencyText)).toEqual(['0.00 s', '0.24 s', '1.0 s', '4.2 s', '12 s']);
});

it('writes sizes', () => {
  expect([0, 999, 1000, 9940, 12_345, 999_600, 20_000_000, 3e9].map(bytesText)).toEqual([
    '0 B',
    '999 B',
    '1.0 kB',
    '9.9 kB',
    '12 kB',
    '1.0 MB',
    '20 MB',
    '3.0 GB',
  ]);
});

it('says how long ago something was', () => {
  const now = new Date('2026-11-22T20:00:00Z');
  const ago = (seconds: number): string => agoText('en', new Date(now.getTime() - seconds * 1000), now);
  expect([40, 150, 7300, 86_400, 86_400 * 45, 86_400 * 800].map(ago)).toEqual([
    '40 sec. ago',
    '2 min. ago',
    '2 hr. ago',
    'yesterday',
    'last mo.',
    '2 yr. ago',
  ]);
});

it('writes dates as in the region that the browser names for the language', () => {
  expect(regionalOf('en', ['de-DE', 'en-GB', 'en'])).toBe('en-GB');
  expect(regionalOf('zh', ['en-GB', 'en'])).toBe('zh');
  expect(regionalOf('en', ['en-US@posix'])).toBe('en');
});

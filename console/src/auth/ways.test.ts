import { expect, it } from 'vitest';
import { noticeIn, pathAfterLogin, tokenIn, wayBackTo } from './ways';

it('leads back where the person came from, and never to another site', () => {
  expect(pathAfterLogin(null, '/devices/abc?x=1')).toBe('/devices/abc?x=1');
  expect(pathAfterLogin(wayBackTo('/invite#secret'), null)).toBe('/invite#secret');
  for (const foreign of ['https://evil.example', '//evil.example', '/\\evil.example', 'javascript:alert(1)', '']) {
    expect(pathAfterLogin(null, foreign)).toBe('/devices');
    expect(pathAfterLogin({ next: foreign }, null)).toBe('/devices');
  }
});

it('says on the login page why one is there, and nothing else', () => {
  expect(noticeIn(wayBackTo('/devices', 'reset'))).toBe('reset');
  expect(noticeIn({ notice: '<b>' })).toBeUndefined();
  expect(noticeIn(null)).toBeUndefined();
});

it('reads the token of a link', () => {
  expect(tokenIn('#ovi_abc')).toBe('ovi_abc');
  expect(tokenIn('')).toBe('');
  expect(tokenIn('#%')).toBe('');
});

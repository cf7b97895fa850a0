import type { TFunction } from 'i18next';
import { expect, it } from 'vitest';
import { protocolEn } from '../../i18n/protocol.en';
import { verdictText } from './verdictText';

const { says, words } = protocolEn.protocol;
const texts: Record<string, string> = {
  ...Object.fromEntries(Object.entries(says).map(([key, text]) => [`protocol.says.${key}`, text])),
  ...Object.fromEntries(Object.entries(words).map(([key, text]) => [`protocol.words.${key}`, text])),
};

/** Fills in as i18next does. */
const t = ((key: string, values: Record<string, string>) =>
  (texts[key] ?? '').replace(/\{\{(\w+)\}\}/g, (_, name: string) => values[name] ?? '')) as unknown as TFunction;

it('says in English what the cloud said, whatever that is', () => {
  for (const text of [
    'is missing',
    'unknown key',
    'unknown key: an event has no seq',
    'is a text, expected a whole number',
    '140 is out of range: 0 to 100',
    'is none of "stop", "pause"',
    'malformed, not JSON: the connection ends with 1007 (EOF while parsing a value at line 1 column 8)',
    'wrong direction: Keepalive goes from devices to the cloud',
    'late: 21.0 s after the request, 20 s are allowed',
    'out of order: request 1 came first and has no answer yet',
    'refused: unknown login_code or wrong login_passwd',
    'something new',
  ]) {
    expect(verdictText(t, text)).toBe(text);
  }
});

import { expect, it } from 'vitest';
import { bindQrText } from './qrText';

it('tells the camera the Wi-Fi as typed, and the bind id', () => {
  const text = bindQrText('aZ09', { ssid: '家里 "2.4G"', password: ' p\\w ' });
  expect(JSON.parse(text)).toEqual({ ssid: '家里 "2.4G"', pwd: ' p\\w ', id: 'aZ09' });
  expect(Object.keys(JSON.parse(text) as object)).toEqual(['ssid', 'pwd', 'id']);
});

it('tells no Wi-Fi where none was given', () => {
  expect(bindQrText('aZ09', undefined)).toBe('{"id":"aZ09"}');
  expect(bindQrText('aZ09', { ssid: '', password: 'x' })).toBe('{"id":"aZ09"}');
});

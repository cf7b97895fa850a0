import { expect, it } from 'vitest';
import { soundName } from './soundName';

it('calls a sound after its file', () => {
  expect(soundName('door_bell  two.mp3')).toBe('door bell two');
  expect(soundName('v1.2 chime.wav')).toBe('v1.2 chime');
  expect(soundName('.mp3')).toBe('.mp3');
  expect(soundName(`${'x'.repeat(200)}.ogg`)).toHaveLength(100);
});

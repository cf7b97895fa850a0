import { expect, it } from 'vitest';
import { freePreset } from './presets';

it('takes the lowest free number, 0 last', () => {
  expect(freePreset([])).toBe(1);
  expect(freePreset([{ id: 0 }, { id: 1 }, { id: 3 }])).toBe(2);
  const most = Array.from({ length: 255 }, (_, index) => ({ id: index + 1 }));
  expect(freePreset(most)).toBe(0);
  expect(freePreset([...most, { id: 0 }])).toBeUndefined();
});

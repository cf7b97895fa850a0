import { expect, it } from 'vitest';
import { moveOfKeys, speedOf, steeringKey, stickAt, TURNS } from './direction';

it('turns where the stick points', () => {
  const at = (deg: number) => stickAt(Math.sin((deg * Math.PI) / 180), -Math.cos((deg * Math.PI) / 180))?.turn;
  expect([0, 45, 90, 135, 180, 225, 270, 315].map(at)).toEqual(TURNS);
  expect([-20, 20, 25, 340].map(at)).toEqual(['up', 'up', 'upright', 'up']);
});

it('rests in the middle and quickens outwards in steps', () => {
  expect(stickAt(0.1, 0.1)).toBeUndefined();
  expect([0.2, 0.4, 0.6, 0.99, 3].map((x) => stickAt(x, 0)?.level)).toEqual([0.25, 0.5, 0.75, 1, 1]);
});

it('stays in its direction until it clearly leaves it', () => {
  const up = { turn: 'up', level: 1 } as const;
  const deg = (a: number) => [Math.sin((a * Math.PI) / 180), -Math.cos((a * Math.PI) / 180)] as const;
  expect(stickAt(...deg(26), up)?.turn).toBe('up');
  expect(stickAt(...deg(-26), up)?.turn).toBe('up');
  expect(stickAt(...deg(30), up)?.turn).toBe('upright');
  expect(stickAt(...deg(26))?.turn).toBe('upright');
});

it('understands keys together', () => {
  expect(moveOfKeys(['ArrowUp'])).toBe('up');
  expect(moveOfKeys(['ArrowUp', 'ArrowRight'])).toBe('upright');
  expect(moveOfKeys(['ArrowLeft', 'ArrowDown'])).toBe('downleft');
  expect(moveOfKeys(['ArrowLeft', 'ArrowRight'])).toBeUndefined();
  expect(moveOfKeys(['ArrowLeft', 'ArrowRight', 'ArrowUp'])).toBe('up');
  expect(moveOfKeys(['Numpad9'])).toBe('upright');
  expect(moveOfKeys(['ArrowUp', '+'])).toBe('zoomin');
  expect(moveOfKeys(['-', 'ArrowUp'])).toBe('up');
  expect(moveOfKeys([])).toBeUndefined();
});

it('knows a key again when Shift has changed', () => {
  expect(steeringKey({ key: '+', code: 'Equal' })).toBe('+');
  expect(steeringKey({ key: '=', code: 'Equal' })).toBe('+');
  expect(steeringKey({ key: '_', code: 'Minus' })).toBe('-');
  expect(steeringKey({ key: 'Home', code: 'Numpad7' })).toBe('Numpad7');
  expect(steeringKey({ key: 'a', code: 'KeyA' })).toBeUndefined();
});

it('never sends speed none', () => {
  expect([speedOf(50, 0.5), speedOf(1, 0.25), speedOf(0, 1), speedOf(100, 1)]).toEqual([25, 1, 1, 100]);
});

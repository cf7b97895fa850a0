/** Which way a camera turns, and how fast, from what a person does with hand or keys. */

export const TURNS = ['up', 'upright', 'right', 'downright', 'down', 'downleft', 'left', 'upleft'] as const;
export type Turn = (typeof TURNS)[number];
export type Zoom = 'zoomin' | 'zoomout';
/** What starts a movement that lasts until `stop` (DAP CtrlPTZ). */
export type Move = Turn | Zoom;

/** Inside this part of the stick's radius nothing moves: a hand is never quite still. */
const DEAD_ZONE = 0.18;
/** So far beyond the border between two directions the older one stays: else the camera twitches between them. */
const HYSTERESIS_DEG = 6;
/** Speeds are told apart this finely: a command for every pixel would flood the device. */
const LEVELS = 4;

export interface Stick {
  turn: Turn;
  /** Part of the speed chosen: a quarter, a half, three quarters, all of it. */
  level: number;
}

/**
 * Where the stick points. `x` to the right and `y` downwards, in radii of the pad. `before` is where it pointed until now.
 * Undefined: it rests.
 */
export function stickAt(x: number, y: number, before?: Stick): Stick | undefined {
  const far = Math.min(1, Math.hypot(x, y));
  if (far < DEAD_ZONE) return undefined;
  const level = Math.ceil(((far - DEAD_ZONE) / (1 - DEAD_ZONE)) * LEVELS) / LEVELS || 1 / LEVELS;
  return { turn: turnAt(x, y, before?.turn), level };
}

function turnAt(x: number, y: number, before: Turn | undefined): Turn {
  // Clockwise from the top, as in TURNS.
  const deg = (Math.atan2(x, -y) * 180) / Math.PI;
  if (before !== undefined) {
    const off = Math.abs(((deg - TURNS.indexOf(before) * 45 + 540) % 360) - 180);
    if (off <= 22.5 + HYSTERESIS_DEG) return before;
  }
  return TURNS[Math.round((deg + 360) / 45) % 8] ?? 'up';
}

export interface KeyPress {
  key: string;
  code: string;
}

const ARROWS: Record<string, readonly [number, number]> = {
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
};

/** The number pad's corners turn diagonally. Its middle row and column do as the arrows. */
const NUMPAD: Record<string, readonly [number, number]> = {
  Numpad7: [-1, -1],
  Numpad8: [0, -1],
  Numpad9: [1, -1],
  Numpad4: [-1, 0],
  Numpad6: [1, 0],
  Numpad1: [-1, 1],
  Numpad2: [0, 1],
  Numpad3: [1, 1],
};

/** Names a key that steers, the same for its press and its release, whatever became of Shift in between. */
export function steeringKey({ key, code }: KeyPress): string | undefined {
  if (code in NUMPAD) return code;
  if (key in ARROWS) return key;
  if (key === '+' || key === '=' || code === 'NumpadAdd') return '+';
  if (key === '-' || key === '_' || code === 'NumpadSubtract') return '-';
  return undefined;
}

/** What the keys that are held, oldest first, mean together. Two that contradict each other mean nothing. */
export function moveOfKeys(held: readonly string[]): Move | undefined {
  // Zoom and turn are one command each: what was pressed last counts.
  const last = held.at(-1);
  if (last === '+' || last === '-') return last === '+' ? 'zoomin' : 'zoomout';
  let x = 0;
  let y = 0;
  for (const key of held) {
    const [dx, dy] = ARROWS[key] ?? NUMPAD[key] ?? [0, 0];
    x += dx;
    y += dy;
  }
  return x === 0 && y === 0 ? undefined : turnAt(Math.sign(x), Math.sign(y), undefined);
}

/** The speed that is sent: a share of the one chosen, never none. */
export function speedOf(chosen: number, level: number): number {
  return Math.max(1, Math.round(chosen * level));
}

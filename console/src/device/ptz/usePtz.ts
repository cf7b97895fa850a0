import { type KeyboardEvent, useCallback, useEffect, useRef, useState } from 'react';
import { fateOf, movePtz } from '../../api/ptz';
import { type Move, moveOfKeys, speedOf, steeringKey } from './direction';
import { type PtzCommand, Steering } from './steering';

/** Steps are fractions of what the camera can do, 0 to 100. */
export const STEP_SIZES = { small: 5, medium: 20, large: 60 } as const;
export type StepSize = keyof typeof STEP_SIZES;

const DEFAULT_SPEED = 50;

/** Steering of one channel, for whatever a person steers with. */
export interface Ptz {
  /** The movement that is wanted now. */
  active: Move | undefined;
  /** Grows when everything was let go from outside: whoever still holds something has lost it. */
  dropped: number;
  /** 1 to 100. */
  speed: number;
  setSpeed: (speed: number) => void;
  stepSize: StepSize;
  setStepSize: (size: StepSize) => void;
  /** Press. `level`: part of the chosen speed. */
  begin: (move: Move, level?: number) => void;
  /** Release. */
  end: () => void;
  step: (move: Move) => void;
  gotoPreset: (id: number) => void;
  /** True where the key steered. */
  onKeyDown: (event: KeyboardEvent) => boolean;
  /** What went wrong last, until something succeeds. */
  error: unknown;
}

export function usePtz(loginCode: string, channel: number): Ptz {
  const [active, setActive] = useState<{ move: Move; level: number }>();
  const [dropped, setDropped] = useState(0);
  const [speed, setSpeed] = useState(DEFAULT_SPEED);
  const [stepSize, setStepSize] = useState<StepSize>('medium');
  const [error, setError] = useState<unknown>();
  const held = useRef<string[]>([]);
  const [steering] = useState(
    () =>
      new Steering({
        send: async (command: PtzCommand) => {
          try {
            await movePtz(loginCode, channel, command);
            setError(undefined);
            return 'ok';
          } catch (failure) {
            setError(failure);
            return fateOf(failure);
          }
        },
        sendParting: (command) => {
          movePtz(loginCode, channel, command).catch(() => undefined);
        },
      }),
  );

  const end = useCallback((): void => {
    held.current = [];
    setActive(undefined);
    steering.stop();
  }, [steering]);

  const begin = useCallback(
    (move: Move, level = 1): void => {
      setActive({ move, level });
      steering.move(move, speedOf(speed, level));
    },
    [steering, speed],
  );

  useLettingGo(steering, end, setDropped);
  useKeyUp(held, begin, end);

  return {
    active: active?.move,
    dropped,
    speed,
    setSpeed: (next) => {
      setSpeed(next);
      // Somebody holds the stick and turns the speed up with the other hand.
      if (active) steering.move(active.move, speedOf(next, active.level));
    },
    stepSize,
    setStepSize,
    begin,
    end,
    step: (move) => {
      steering.once({ op: `${move}_step`, value: STEP_SIZES[stepSize] });
    },
    gotoPreset: (id) => {
      steering.once({ op: 'goto_preset', value: id });
    },
    onKeyDown: (event) => {
      const key = event.ctrlKey || event.metaKey || event.altKey ? undefined : steeringKey(event);
      if (key === undefined || ownsArrows(event.target)) return false;
      event.preventDefault();
      // A held key repeats itself; it was pressed once.
      if (event.repeat || held.current.includes(key)) return true;
      if (event.shiftKey && key.startsWith('Arrow')) {
        const move = moveOfKeys([key]);
        if (move) steering.once({ op: `${move}_step`, value: STEP_SIZES[stepSize] });
        return true;
      }
      held.current = [...held.current, key];
      const move = moveOfKeys(held.current);
      if (move) begin(move);
      else {
        setActive(undefined);
        steering.stop();
      }
      return true;
    },
    error,
  };
}

/** Fields and sliders use these keys themselves. */
function ownsArrows(target: EventTarget): boolean {
  return (
    target instanceof HTMLElement && target.closest('input, textarea, select, [role="slider"], [role="radio"]') !== null
  );
}

/** Whatever takes the page out of the person's hands ends the movement. */
function useLettingGo(
  steering: Steering,
  end: () => void,
  setDropped: (next: (before: number) => number) => void,
): void {
  useEffect(() => {
    const letGo = (): void => {
      end();
      setDropped((before) => before + 1);
    };
    const hide = (): void => {
      if (document.visibilityState === 'hidden') letGo();
    };
    const part = (): void => {
      steering.part();
      letGo();
    };
    globalThis.addEventListener('blur', letGo);
    globalThis.addEventListener('pagehide', part);
    document.addEventListener('visibilitychange', hide);
    return () => {
      globalThis.removeEventListener('blur', letGo);
      globalThis.removeEventListener('pagehide', part);
      document.removeEventListener('visibilitychange', hide);
      // Another page of the console: the stop is brought to its end all the same.
      steering.stop();
    };
  }, [steering, end, setDropped]);
}

/** Keys are let go wherever the focus is by then. */
function useKeyUp(held: { current: string[] }, begin: (move: Move) => void, end: () => void): void {
  useEffect(() => {
    const up = (event: globalThis.KeyboardEvent): void => {
      const key = steeringKey(event);
      if (key === undefined || !held.current.includes(key)) return;
      const rest = held.current.filter((other) => other !== key);
      const move = moveOfKeys(rest);
      if (!move) end();
      held.current = rest;
      if (move) begin(move);
    };
    globalThis.addEventListener('keyup', up);
    return () => {
      globalThis.removeEventListener('keyup', up);
    };
  }, [held, begin, end]);
}

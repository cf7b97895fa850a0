import { useMemo, useState } from 'react';
import {
  type Difference,
  difference,
  type Json,
  type JsonObject,
  type Path,
  pathText,
  rebased,
  valueAt,
  withValue,
} from './document';

/** A document being edited. */
export interface ConfigForm {
  base: JsonObject;
  edited: JsonObject;
  /** What would be sent. */
  pending: Difference;
  /** Paths of fields that hold nothing that could be sent. */
  invalid: ReadonlySet<string>;
  /** What the device said against a value, by path. */
  refusals: Readonly<Record<string, string>>;
  dirty: boolean;
  /** `undefined`: what is typed makes no value. */
  change: (path: Path, value: Json | undefined) => void;
  undo: (path: Path) => void;
  reset: () => void;
  /** Grows whenever fields must forget what was typed into them. */
  turn: number;
  refuse: (refusals: Record<string, string>) => void;
}

interface State {
  base: JsonObject;
  edited: JsonObject;
  invalid: ReadonlySet<string>;
  refusals: Readonly<Record<string, string>>;
  turn: number;
}

const NOTHING: ReadonlySet<string> = new Set();

/** Edits upon what the device has; when that changes meanwhile, the edits stay and the rest follows. */
export function useConfigForm(document: JsonObject): ConfigForm {
  const [state, setState] = useState<State>({
    base: document,
    edited: document,
    invalid: NOTHING,
    refusals: {},
    turn: 0,
  });
  let now = state;
  if (document !== state.base) {
    now = { ...state, base: document, edited: rebased(state.base, state.edited, document) };
    setState(now);
  }
  const pending = useMemo(() => difference(now.base, now.edited), [now.base, now.edited]);
  return {
    ...now,
    pending,
    dirty: pending.paths.length + pending.removed.length + now.invalid.size > 0,
    change: (path, value) => {
      setState((before) => {
        const key = pathText(path);
        const refusals = without(before.refusals, key);
        if (value === undefined) return { ...before, refusals, invalid: new Set([...before.invalid, key]) };
        const invalid = new Set([...before.invalid].filter((other) => other !== key));
        return { ...before, refusals, invalid, edited: withValue(before.edited, path, value) };
      });
    },
    undo: (path) => {
      setState((before) => {
        const key = pathText(path);
        const old = valueAt(before.base, path);
        return {
          ...before,
          edited: old === undefined ? before.edited : withValue(before.edited, path, old),
          invalid: new Set([...before.invalid].filter((other) => other !== key)),
          refusals: without(before.refusals, key),
          turn: before.turn + 1,
        };
      });
    },
    reset: () => {
      setState((before) => ({
        ...before,
        edited: before.base,
        invalid: NOTHING,
        refusals: {},
        turn: before.turn + 1,
      }));
    },
    refuse: (refusals) => {
      setState((before) => ({ ...before, refusals }));
    },
  };
}

function without(refusals: Readonly<Record<string, string>>, key: string): Record<string, string> {
  return Object.fromEntries(Object.entries(refusals).filter(([other]) => other !== key));
}

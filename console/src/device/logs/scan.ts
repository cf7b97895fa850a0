import { type Level, levelOf, type LogText } from './logText';

export interface Wanted {
  /** What is looked for, in whatever case; empty: nothing. */
  needle: string;
  /** Lines without it are left out. */
  onlyMatches: boolean;
  /** Graver ones are meant, too. */
  level: 'all' | 'warning' | 'error';
}

export interface Found {
  /** The lines shown; undefined: all. */
  shown: number[] | undefined;
  /** Places among those shown where the needle is. */
  matches: number[];
}

const LINES_A_STEP = 2000;

/** Reads the log through, in steps: between them the page lives on. The last value is the whole of it. */
export function* scan(log: LogText, { needle, onlyMatches, level }: Wanted): Generator<undefined, Found> {
  const looked = needlePattern(needle);
  if (!looked && level === 'all') return { shown: undefined, matches: [] };
  const filters = level !== 'all' || (onlyMatches && looked !== undefined);
  const shown: number[] = [];
  const matches: number[] = [];
  // What has no level of its own goes on with what stands above it: traces have many lines.
  let present: Level | undefined;
  for (let from = 0; from < log.lines; from += LINES_A_STEP) {
    const to = Math.min(log.lines, from + LINES_A_STEP);
    for (let index = from; index < to; index += 1) {
      const line = log.line(index);
      if (level !== 'all') {
        present = levelOf(line) ?? present;
        if (!isAsGrave(present, level)) continue;
      }
      const found = looked?.test(line) ?? false;
      if (onlyMatches && looked && !found) continue;
      if (found) matches.push(filters ? shown.length : index);
      if (filters) shown.push(index);
    }
    yield;
  }
  return { shown: filters ? shown : undefined, matches };
}

function isAsGrave(level: Level | undefined, least: 'warning' | 'error'): boolean {
  return level === 'error' || (least === 'warning' && level === 'warning');
}

/** Finds the text as it is written, whatever signs are in it. */
export function needlePattern(needle: string, flags = 'i'): RegExp | undefined {
  return needle ? new RegExp(needle.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'), flags) : undefined;
}

/** Lines longer than this are cut where they are shown, characters. */
export const SHOWN_LENGTH = 4000;

/** A text by lines, without a copy of it: only where each begins is kept. */
export class LogText {
  /** Where the lines begin; one more stands for the end. */
  readonly #starts: Uint32Array;
  /** Of the longest line, characters. */
  readonly longest: number;

  constructor(readonly text: string) {
    let starts = new Uint32Array(1024);
    let count = 0;
    let longest = 0;
    let at = 0;
    // A line break at the very end begins no further line.
    while (at < text.length) {
      if (count + 1 === starts.length) {
        const more = new Uint32Array(starts.length * 2);
        more.set(starts);
        starts = more;
      }
      starts[count] = at;
      count += 1;
      const end = text.indexOf('\n', at);
      const next = end < 0 ? text.length : end + 1;
      longest = Math.max(longest, next - at);
      at = next;
    }
    starts[count] = text.length;
    this.#starts = starts.slice(0, count + 1);
    this.longest = longest;
  }

  get lines(): number {
    return this.#starts.length - 1;
  }

  line(index: number): string {
    return this.text.slice(this.start(index), this.start(index + 1)).replace(/\r?\n$/, '');
  }

  /** Where a line begins in the text. */
  start(index: number): number {
    return this.#starts[index] ?? this.text.length;
  }
}

export type Level = 'error' | 'warning' | 'info' | 'debug';

const WORDS: [Level, RegExp][] = [
  ['error', /^(?:fatal|panic|emerg|emergency|alert|crit|critical|err|error|severe|e|f)$/i],
  ['warning', /^(?:warn|warning|w)$/i],
  ['info', /^(?:info|information|notice|note|i)$/i],
  ['debug', /^(?:debug|dbg|trace|verbose|fine|finer|finest|d|t|v)$/i],
];

/** How far into a line its level stands: behind the time, before what is said. */
const HEAD = 80;

/**
 * How grave a line of a log is, as most programs write it: `ERROR`, `[warn]`, `level=info`, `E/tag:`, `<3>` of syslog. Undefined: it does
 * not say. Single letters count only in brackets or before a slash, words only in capitals, in brackets or after `level=`.
 */
export function levelOf(line: string): Level | undefined {
  const head = line.slice(0, HEAD);
  const syslog = /^<(\d{1,3})>/.exec(head);
  if (syslog) return bySeverity(Number(syslog[1]) % 8);
  const word =
    /\b(?:level|lvl|severity)["']?\s*[=:]\s*["']?([a-z]+)/i.exec(head)?.[1] ??
    /[[(<|]\s*([A-Za-z]{1,9})\s*[\])>|]/.exec(head)?.[1] ??
    /\b(FATAL|PANIC|EMERG|ALERT|CRIT|CRITICAL|ERR|ERROR|SEVERE|WARN|WARNING|INFO|NOTICE|DEBUG|DBG|TRACE|VERBOSE)\b/.exec(
      head,
    )?.[1] ??
    /(?:^|\s)([EFWIDV])\//.exec(head)?.[1] ??
    /^\s*(?:\S+\s+)?(fatal|error|warning|warn|info|debug|trace):/i.exec(head)?.[1];
  if (word === undefined) return undefined;
  return WORDS.find(([, pattern]) => pattern.test(word))?.[0];
}

function bySeverity(severity: number): Level {
  if (severity <= 3) return 'error';
  if (severity === 4) return 'warning';
  return severity <= 6 ? 'info' : 'debug';
}

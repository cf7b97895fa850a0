import type { Verdict } from './message';

/** One line of a value written over several. */
export interface JsonLine {
  depth: number;
  /** `"state": `, with the colon; empty in arrays and at the top. */
  key: string;
  value: string;
  type: 'text' | 'number' | 'word' | 'bracket';
  /** What is said of what begins on this line. */
  verdict: Verdict[];
}

/** More lines than this nobody reads; who wants to, copies the text. */
export const MAX_LINES = 4000;

interface Writer {
  lines: JsonLine[];
  full: boolean;
}

/** A value over several lines, with what is said of it beside the lines that it is said of. */
export function jsonLines(
  value: unknown,
  verdict: readonly Verdict[],
): { lines: JsonLine[]; cut: boolean; rest: Verdict[] } {
  const writer: Writer = { lines: [], full: false };
  const paths = new Map<string, number>();
  write(writer, paths, value, { depth: 0, key: '', path: '', comma: '' });
  const rest: Verdict[] = [];
  for (const said of verdict) {
    const at = said.path === undefined ? undefined : placeOf(paths, said.path);
    const line = at === undefined ? undefined : writer.lines[at];
    if (line) line.verdict.push(said);
    else rest.push(said);
  }
  return { lines: writer.lines, cut: writer.full, rest };
}

interface Place {
  depth: number;
  key: string;
  path: string;
  comma: string;
}

function write(writer: Writer, paths: Map<string, number>, value: unknown, place: Place): void {
  if (writer.lines.length >= MAX_LINES) {
    writer.full = true;
    return;
  }
  const { depth, key, path, comma } = place;
  paths.set(path, writer.lines.length);
  const line = (type: JsonLine['type'], text: string, own = key): void => {
    writer.lines.push({ depth, key: own, value: text, type, verdict: [] });
  };
  if (typeof value !== 'object' || value === null) {
    const type = typeof value === 'string' ? 'text' : typeof value === 'number' ? 'number' : 'word';
    line(type, JSON.stringify(value) + comma);
    return;
  }
  const inner: [string, string, unknown][] = Array.isArray(value)
    ? value.map((item: unknown, at) => ['', `${path}[${String(at)}]`, item])
    : Object.entries(value).map(([name, item]: [string, unknown]) => [
        `${JSON.stringify(name)}: `,
        joinPath(path, name),
        item,
      ]);
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
  if (inner.length === 0) {
    line('bracket', open + close + comma);
    return;
  }
  line('bracket', open);
  inner.forEach(([name, itemPath, item], at) => {
    const itemComma = at < inner.length - 1 ? ',' : '';
    write(writer, paths, item, { depth: depth + 1, key: name, path: itemPath, comma: itemComma });
  });
  line('bracket', close + comma, '');
}

/** As the cloud writes paths. */
export function joinPath(path: string, key: string): string {
  if (!/^[A-Za-z0-9_]+$/.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === '' ? key : `${path}.${key}`;
}

/** The line of a path, or of what is around it where it is missing. */
function placeOf(paths: Map<string, number>, path: string): number | undefined {
  for (let at = path; ;) {
    const line = paths.get(at);
    if (line !== undefined) return line;
    const shorter = at.replace(/(\.[^.[\]]*|\[(?:\d+|"(?:[^"\\]|\\.)*")\])$/, '');
    if (shorter === at) return at === '' ? undefined : paths.get('');
    at = shorter;
  }
}

/** What passed between a device and the cloud, as `watch_protocol` tells it. */

export type Direction = 'up' | 'down';

export const KINDS = ['request', 'answer', 'error', 'event', 'malformed', 'close', 'login'] as const;
export type Kind = (typeof KINDS)[number];

export type Level = 'error' | 'warning';

export interface Verdict {
  level: Level;
  /** Such as `params.channels[1].state`; absent: the whole message. */
  path?: string;
  text: string;
}

export interface Message {
  /** Counts what this page got; no two have the same. */
  key: number;
  n: number;
  connection: number;
  /** RFC 3339. */
  at: string;
  direction: Direction;
  /** `dropped`: some passed too fast and are gone; `gap`: this page was not connected for a while. */
  kind: Kind | 'dropped' | 'gap';
  method?: string;
  seq?: number;
  latencyMs?: number;
  bytes: number;
  byHand: boolean;
  text: string;
  verdict: Verdict[];
  /** Of `dropped`: how many. */
  count?: number;
}

/** The worst that is said of a message. */
export function worst({ verdict }: Message): Level | undefined {
  if (verdict.some(({ level }) => level === 'error')) return 'error';
  return verdict.length > 0 ? 'warning' : undefined;
}

/** Stands where messages are missing. */
export function marker(key: number, kind: 'dropped' | 'gap', count?: number, at = new Date().toISOString()): Message {
  return {
    ...{ key, n: 0, connection: 0, at, direction: 'up', kind, bytes: 0, byHand: false, text: '', verdict: [] },
    ...(count === undefined ? {} : { count }),
  };
}

/** A message as it came over the wire or out of a saved file; undefined: it is none. */
export function readMessage(value: unknown, key: number): Message | undefined {
  if (!isObject(value)) return undefined;
  if (value['type'] === 'dropped') {
    return marker(key, 'dropped', numberOr(value['count'], 0), textOr(value['at'], new Date().toISOString()));
  }
  if (value['type'] === 'gap') return marker(key, 'gap', undefined, textOr(value['at'], ''));
  const kind = KINDS.find((known) => known === value['kind']);
  const { direction, at, text } = value;
  if (value['type'] !== 'message' || !kind || typeof at !== 'string' || typeof text !== 'string') return undefined;
  if (direction !== 'up' && direction !== 'down') return undefined;
  return {
    key,
    n: numberOr(value['n'], 0),
    connection: numberOr(value['connection'], 0),
    at,
    direction,
    kind,
    ...(typeof value['method'] === 'string' ? { method: value['method'] } : {}),
    ...(typeof value['seq'] === 'number' ? { seq: value['seq'] } : {}),
    ...(typeof value['latency_ms'] === 'number' ? { latencyMs: value['latency_ms'] } : {}),
    bytes: numberOr(value['bytes'], 0),
    byHand: value['by_hand'] === true,
    text,
    verdict: Array.isArray(value['verdict']) ? value['verdict'].flatMap(readVerdict) : [],
  };
}

function readVerdict(value: unknown): Verdict[] {
  if (!isObject(value) || typeof value['text'] !== 'string') return [];
  const level: Level = value['level'] === 'error' ? 'error' : 'warning';
  return [{ level, text: value['text'], ...(typeof value['path'] === 'string' ? { path: value['path'] } : {}) }];
}

/** The message as a line of a saved file: what the cloud sent. */
export function writeMessage(message: Message): string {
  const { kind, at, count } = message;
  if (kind === 'dropped' || kind === 'gap') return JSON.stringify({ type: kind, at, count });
  const { n, connection, direction, method, seq, latencyMs, bytes, byHand, text, verdict } = message;
  return JSON.stringify({
    ...{ type: 'message', n, connection, at, direction, kind, method, seq, latency_ms: latencyMs, bytes },
    ...(byHand ? { by_hand: true } : {}),
    ...{ text, verdict },
  });
}

/** The messages of a saved file, and how many lines were none. */
export function readFile(text: string): { messages: Message[]; unreadable: number } {
  const messages: Message[] = [];
  let unreadable = 0;
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    const message = readMessage(parsed(line), messages.length);
    if (message) messages.push(message);
    else unreadable += 1;
  }
  return { messages, unreadable };
}

/** The request of an answer, or the answer of a request, if it is among these. */
export function partnerOf(messages: readonly Message[], message: Message): Message | undefined {
  const { seq, connection, direction } = message;
  if (seq === undefined) return undefined;
  const here = messages.findIndex(({ key }) => key === message.key);
  const fits = (wanted: boolean) => (other: Message) =>
    other.seq === seq &&
    other.connection === connection &&
    other.direction !== direction &&
    (other.kind === 'request') === wanted;
  if (message.kind === 'request') return messages.slice(here + 1).find(fits(false));
  if (message.kind === 'answer' || message.kind === 'error') return messages.slice(0, here).findLast(fits(true));
  return undefined;
}

export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function numberOr(value: unknown, other: number): number {
  return typeof value === 'number' ? value : other;
}

function textOr(value: unknown, other: string): string {
  return typeof value === 'string' ? value : other;
}

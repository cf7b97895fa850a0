import { expect, it } from 'vitest';
import { type Message, partnerOf, readFile, readMessage, worst, writeMessage } from './message';

const WIRE = {
  type: 'message',
  n: 7,
  connection: 2,
  at: '2026-11-29T12:00:00.123Z',
  direction: 'up',
  kind: 'answer',
  method: 'DevInfo',
  seq: 3,
  latency_ms: 12.5,
  bytes: 21,
  text: '{"seq":3,"resp":{}}',
  verdict: [
    { level: 'warning', text: 'x' },
    { level: 'error', path: 'resp.dev_id', text: 'is missing' },
  ],
};

const read = (change: object, key = 1): Message => {
  const message = readMessage({ ...WIRE, ...change }, key);
  if (!message) throw new Error('no message');
  return message;
};

it('reads what the cloud tells, and says how bad it is', () => {
  const message = read({});
  expect(message).toMatchObject({ key: 1, method: 'DevInfo', latencyMs: 12.5, byHand: false });
  expect(worst(message)).toBe('error');
  expect(worst(read({ verdict: [{ level: 'warning', text: 'x' }] }))).toBe('warning');
  expect(worst(read({ verdict: [] }))).toBeUndefined();
  for (const bad of [null, 3, [], {}, { ...WIRE, kind: 'dance' }, { ...WIRE, direction: 'x' }, { ...WIRE, text: 1 }]) {
    expect(readMessage(bad, 1)).toBeUndefined();
  }
});

it('writes files that it reads again, markers too', () => {
  const messages = [read({}), read({ by_hand: true, seq: undefined }), readMessage({ type: 'dropped', count: 9 }, 3)];
  const lines = messages.map((message) => (message ? writeMessage(message) : '')).join('\n');
  const file = readFile(`${lines}\n\nnot a message\n{"type":"gap","at":"2026-11-29T12:00:00Z"}\n`);
  expect(file.unreadable).toBe(1);
  expect(file.messages.map(({ kind }) => kind)).toEqual(['answer', 'answer', 'dropped', 'gap']);
  expect(file.messages[1]?.byHand).toBe(true);
  expect(file.messages[2]?.count).toBe(9);
  expect(file.messages.map(({ key }) => key)).toEqual([0, 1, 2, 3]);
  expect({ ...file.messages[0], key: 1 }).toEqual(messages[0]);
});

it('finds the request of an answer and the answer of a request, on the same connection', () => {
  const older = read({ kind: 'request', direction: 'down' }, 1);
  const request = read({ kind: 'request', direction: 'down' }, 2);
  const other = read({ kind: 'answer', direction: 'down' }, 3);
  const elsewhere = read({ connection: 3 }, 4);
  const answer = read({}, 5);
  const all = [older, request, other, elsewhere, answer];
  expect(partnerOf(all, request)).toBe(answer);
  expect(partnerOf(all, answer)).toBe(request);
  expect(partnerOf(all, elsewhere)).toBeUndefined();
});

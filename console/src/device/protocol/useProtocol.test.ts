import { expect, it } from 'vitest';
import { marker, type Message } from './message';
import { after } from './useProtocol';

const message = (change: Partial<Message>): Message => ({
  ...marker(1, 'gap'),
  kind: 'event',
  connection: 5,
  ...change,
});
const start = { connected: false, number: 0, nextSeq: 1 };

it('knows whether the device is there, and how the cloud counts', () => {
  const there = after(start, message({ kind: 'login' }));
  expect(there).toEqual({ connected: true, number: 5, nextSeq: 1 });
  const asked = after(there, message({ kind: 'request', direction: 'down', seq: 41 }));
  expect(asked.nextSeq).toBe(42);
  expect(after(asked, message({ kind: 'request', direction: 'up', seq: 9 }))).toBe(asked);
  // Another takes over: what the old one still says is no matter.
  const next = after(asked, message({ kind: 'login', connection: 6 }));
  expect(next).toEqual({ connected: true, number: 6, nextSeq: 1 });
  expect(after(next, message({ kind: 'close', connection: 5 }))).toBe(next);
  expect(after(next, message({ kind: 'close', connection: 6 })).connected).toBe(false);
  // A refused login is of no connection.
  expect(after(next, message({ kind: 'login', connection: 0 }))).toBe(next);
});

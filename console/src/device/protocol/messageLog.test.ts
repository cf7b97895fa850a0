import { beforeEach, expect, it, vi } from 'vitest';
import { marker, type Message } from './message';
import { bounded, MAX_MESSAGES, MessageLog } from './messageLog';

beforeEach(() => {
  vi.useFakeTimers();
});

const message = (key: number, text = ''): Message => ({ ...marker(key, 'gap'), kind: 'event', text });

function logWith(count: number): MessageLog {
  const log = new MessageLog();
  for (let n = 0; n < count; n += 1) log.add(message(log.takeKey()));
  vi.runAllTimers();
  return log;
}

it('shows what came a few times a second, and keeps the newest', () => {
  const log = new MessageLog();
  const seen = vi.fn();
  log.subscribe(seen);
  for (let n = 0; n < 100; n += 1) log.add(message(log.takeKey()));
  expect(log.current().messages).toHaveLength(0);
  vi.runAllTimers();
  expect(seen).toHaveBeenCalledTimes(1);
  expect(log.current().messages).toHaveLength(100);
  const full = logWith(MAX_MESSAGES + 10);
  expect(full.current().messages).toHaveLength(MAX_MESSAGES);
  expect(full.current().messages.at(-1)?.key).toBe(MAX_MESSAGES + 10);
});

it('holds back what comes while it is paused, bounded too', () => {
  const log = logWith(3);
  log.setPaused(true);
  for (let n = 0; n < 3 * MAX_MESSAGES; n += 1) log.add(message(log.takeKey()));
  vi.runAllTimers();
  expect(log.current()).toMatchObject({ paused: true, waiting: MAX_MESSAGES });
  expect(log.current().messages).toHaveLength(3);
  log.setPaused(false);
  expect(log.current()).toMatchObject({ paused: false, waiting: 0 });
  expect(log.current().messages).toHaveLength(MAX_MESSAGES);
  log.clear();
  expect(log.current().messages).toHaveLength(0);
});

it('says where the page was away, but not before there was anything', () => {
  const log = new MessageLog();
  log.addGap();
  vi.runAllTimers();
  expect(log.current().messages).toHaveLength(0);
  const some = logWith(1);
  some.addGap();
  vi.runAllTimers();
  expect(some.current().messages.map(({ kind }) => kind)).toEqual(['event', 'gap']);
});

it('keeps no more than so many characters', () => {
  const big = 'x'.repeat(1024 * 1024);
  const kept = bounded(Array.from({ length: 60 }, (_, key) => message(key, big)));
  expect(kept).toHaveLength(32);
  expect(kept.at(-1)?.key).toBe(59);
});

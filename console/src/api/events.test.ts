import { QueryClient } from '@tanstack/react-query';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { followEvents } from './events';
import { keys } from './queries';

/** The connection as the browser would make it, in the hands of the test. */
class Feed extends EventTarget {
  static readonly CLOSED = 2;
  static last: Feed;
  readyState = 1;
  onopen: (() => void) | undefined;
  onerror: (() => void) | undefined;

  constructor() {
    super();
    Feed.last = this;
  }

  close(): void {
    this.readyState = Feed.CLOSED;
  }
}

let stop: (() => void) | undefined;

beforeEach(() => {
  vi.stubGlobal('EventSource', Feed);
});

afterEach(() => {
  stop?.();
  vi.unstubAllGlobals();
});

function follow(): { queries: QueryClient; access: () => number; isStale: (key: readonly unknown[]) => boolean } {
  const queries = new QueryClient();
  queries.setQueryData(keys.me, null);
  queries.setQueryData(keys.device('a'), { name: 'Nursery' });
  const onAccess = vi.fn();
  stop = followEvents(queries, () => undefined, onAccess);
  Feed.last.onopen?.();
  return {
    queries,
    access: () => onAccess.mock.calls.length,
    isStale: (key) => queries.getQueryState(key)?.isInvalidated ?? false,
  };
}

it.each(['access', 'resync'])(
  'asks anew for everything shown when the person’s rights may have changed (%s)',
  (event) => {
    const { access, isStale } = follow();
    Feed.last.dispatchEvent(new Event(event));
    expect(access()).toBe(1);
    expect(isStale(keys.me)).toBe(true);
    expect(isStale(keys.device('a'))).toBe(true);
  },
);

it('asks whether the session still stands when the connection breaks, and only once a break', () => {
  const { queries, isStale } = follow();
  Feed.last.onerror?.();
  expect(isStale(keys.me)).toBe(true);
  queries.setQueryData(keys.me, null);
  Feed.last.onerror?.();
  expect(isStale(keys.me)).toBe(false);
});

it('asks again when the cloud refuses the connection itself', () => {
  const { queries, isStale } = follow();
  Feed.last.onerror?.();
  queries.setQueryData(keys.me, null);
  Feed.last.close();
  Feed.last.onerror?.();
  expect(isStale(keys.me)).toBe(true);
});

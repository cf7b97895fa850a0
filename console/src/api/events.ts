import type { QueryClient, QueryKey } from '@tanstack/react-query';
import { applyEvent, dependsOnPresence, type DeviceEvent } from './deviceEvents';
import { keys } from './queries';
import { followRecords, RECORD_EVENTS } from './recordEvents';
import type { Channel, Presence } from './types';

/** Lists are fetched again at most so often, however many devices come and go. */
const LIST_REFRESH_MS = 2000;
const REOPEN_MS = 3000;

/** Which cached answers a pushed event makes untrue, where that is all it does. */
const UNTRUE: Record<string, (event: Record<string, unknown>) => QueryKey[]> = {
  bind_result: () => [keys.binds],
  capabilities: ({ login_code: code }) => [keys.ofDevice(String(code), 'capabilities')],
  command: ({ login_code: code }) => [keys.ofDevice(String(code), 'commands')],
  storage: () => [keys.storage],
  recording_changed: ({ login_code: code }) => [keys.recordingState(String(code))],
};

/** Keeps the cache true to what the cloud pushes (`GET /api/v1/events`), until the returned function is called. */
export function followEvents(
  queries: QueryClient,
  onConnected: (connected: boolean) => void,
  onAccess: () => void,
): () => void {
  let source: EventSource | undefined;
  let reopenTimer: ReturnType<typeof setTimeout> | undefined;
  // What was fetched before the first connection stood may have changed in between, too.
  let interrupted = true;
  const refreshLists = throttled(LIST_REFRESH_MS, (all: boolean) => {
    void queries.invalidateQueries({
      queryKey: keys.lists,
      ...(all ? {} : { predicate: (query) => dependsOnPresence(query.queryKey) }),
    });
    // Groups count their devices.
    if (all) void queries.invalidateQueries({ predicate: ({ queryKey }) => keys.isGroups(queryKey) });
  });

  const records = followRecords(queries);

  const open = (): void => {
    const opened = new EventSource('/api/v1/events');
    source = opened;
    opened.onopen = () => {
      onConnected(true);
      // Whatever happened meanwhile was missed.
      if (interrupted) {
        void queries.invalidateQueries({ queryKey: keys.devices });
        void queries.invalidateQueries({ queryKey: keys.ofDevices });
        records.refresh();
      }
      interrupted = false;
    };
    opened.onerror = () => {
      // It may be the session that ended.
      if (!interrupted || opened.readyState === EventSource.CLOSED) {
        void queries.invalidateQueries({ queryKey: keys.me });
      }
      interrupted = true;
      onConnected(false);
      // Lost connections the browser opens again by itself; refused ones it does not.
      if (opened.readyState !== EventSource.CLOSED) return;
      clearTimeout(reopenTimer);
      reopenTimer = setTimeout(open, REOPEN_MS);
    };
    // The person may do more or less than before, or is out; or something of that kind was missed.
    for (const name of ['access', 'resync']) {
      opened.addEventListener(name, () => {
        onAccess();
        // Whatever is shown is asked for anew.
        void queries.invalidateQueries();
      });
    }
    for (const [name, untrue] of Object.entries(UNTRUE)) {
      opened.addEventListener(name, (message: MessageEvent<string>) => {
        for (const queryKey of untrue(fieldsOf(message.data))) void queries.invalidateQueries({ queryKey });
      });
    }
    for (const name of RECORD_EVENTS) {
      opened.addEventListener(name, (message: MessageEvent<string>) => {
        records.apply(name, message.data);
      });
    }
    for (const name of ['presence', 'channels', 'battery', 'device'] as const) {
      opened.addEventListener(name, (message: MessageEvent<string>) => {
        const event = readEvent(name, message.data);
        if (event && applyEvent(queries, event, new Date())) refreshLists.call(event.kind !== 'presence');
      });
    }
  };
  open();

  return () => {
    clearTimeout(reopenTimer);
    refreshLists.cancel();
    records.cancel();
    source?.close();
  };
}

export function readEvent(name: string, data: string): DeviceEvent | undefined {
  const value = fieldsOf(data);
  const loginCode = value['login_code'];
  if (typeof loginCode !== 'string') return undefined;
  switch (name) {
    case 'presence':
      return { kind: 'presence', loginCode, presence: value['presence'] as Presence };
    case 'channels':
      if (!Array.isArray(value['channels'])) return undefined;
      return {
        kind: 'channels',
        loginCode,
        channels: value['channels'] as Channel[],
        ...(typeof value['state'] === 'number' ? { state: value['state'] } : {}),
      };
    case 'battery':
      return typeof value['battery'] === 'number'
        ? { kind: 'battery', loginCode, battery: value['battery'] }
        : undefined;
    case 'device':
      return { kind: 'changed', loginCode, change: String(value['change']) };
    default:
      return undefined;
  }
}

/** The fields of an event; none where it cannot be read. */
function fieldsOf(data: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(data);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** Runs at once, then at most once an interval, and once more at its end if it was called meanwhile with the strongest of the asks. */
function throttled(
  intervalMs: number,
  run: (all: boolean) => void,
): { call: (all: boolean) => void; cancel: () => void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let pending: boolean | undefined;
  const fire = (all: boolean): void => {
    run(all);
    timer = setTimeout(() => {
      timer = undefined;
      const next = pending;
      pending = undefined;
      if (next !== undefined) fire(next);
    }, intervalMs);
  };
  return {
    call: (all) => {
      if (timer === undefined) fire(all);
      else pending = all || (pending ?? false);
    },
    cancel: () => {
      clearTimeout(timer);
    },
  };
}

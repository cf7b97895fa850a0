import { useSyncExternalStore } from 'react';

/**
 * Whether the cloud's events reach us, for all who wait for the cloud. `times` counts how often the connection was made or the
 * person's rights changed: when it grows, waiting any longer is pointless.
 */
interface Connection {
  connected: boolean;
  times: number;
}

let connection: Connection = { connected: true, times: 0 };
const listeners = new Set<() => void>();

export function setConnected(connected: boolean): void {
  if (connected === connection.connected && !connected) return;
  connection = { connected, times: connection.times + (connected ? 1 : 0) };
  for (const listener of listeners) listener();
}

export function accessChanged(): void {
  connection = { ...connection, times: connection.times + 1 };
  for (const listener of listeners) listener();
}

export function useConnection(): Connection {
  return useSyncExternalStore(subscribe, () => connection);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

import { useEffect, useState, useSyncExternalStore } from 'react';
import { type ChannelRef, cloudNow } from '../api/recordings';
import { PlaybackSession, type SessionStatus } from './playbackSession';
import { nextFootage } from './search';

/** One clock for these channels, as long as the component lives. */
export function usePlayback(startAt: () => number, refs: readonly ChannelRef[]): PlaybackSession {
  const [session] = useState(() => new PlaybackSession({ at: startAt(), now: cloudNow }));
  useEffect(() => session.start(), [session]);
  useEffect(() => {
    session.searchBy((at, signal) => nextFootage(refs, at, signal));
  }, [session, refs]);
  return session;
}

export function useSessionStatus(session: PlaybackSession): SessionStatus {
  return useSyncExternalStore(session.subscribe, session.getStatus);
}

/** The moment shown, renewed while it changes; for texts, which need not follow every frame. */
export function useShownAt(session: PlaybackSession, everyMs = 200): number {
  const [at, setAt] = useState(() => session.at());
  useEffect(() => {
    const timer = setInterval(() => {
      setAt(session.at());
    }, everyMs);
    return () => {
      clearInterval(timer);
    };
  }, [session, everyMs]);
  return at;
}

export function refKey({ loginCode, channel }: ChannelRef): string {
  return `${loginCode}:${channel}`;
}

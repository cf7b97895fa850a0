import { useQueryClient } from '@tanstack/react-query';
import { type RefObject, useEffect, useState, useSyncExternalStore } from 'react';
import { probeServerClock, serverClock } from '../api/client';
import { openLive } from '../api/live';
import { keys } from '../api/queries';
import { LivePlayer } from './livePlayer';
import { forgetPoster, posterKey, takePoster } from './posters';
import { isBarred } from './retry';
import { INITIAL_STATUS, type PlayerStatus } from './status';

/** A tab or tile nobody sees stops pulling after this time. */
const HIDDEN_TAB_MS = 60_000;
const OFF_SCREEN_MS = 4_000;
const POSTER_MS = 15_000;

interface Elements {
  frame: RefObject<HTMLElement | null>;
  video: RefObject<HTMLVideoElement | null>;
  still: RefObject<HTMLCanvasElement | null>;
}

/** A player for one channel, alive while the component is, pulling while somebody can see it. */
export function useLivePlayer(elements: Elements, loginCode: string, channel: number): LivePlayer | undefined {
  const { frame, video, still } = elements;
  const [player, setPlayer] = useState<LivePlayer>();
  const queries = useQueryClient();
  useEffect(() => {
    if (!frame.current || !video.current || !still.current) return;
    const screen = video.current;
    const key = posterKey(loginCode, channel);
    const probing = new AbortController();
    void probeServerClock(probing.signal);
    const made = new LivePlayer({
      video: screen,
      still: still.current,
      clock: serverClock,
      open: (signal) => openLive(loginCode, channel, signal),
    });
    // The player needs the elements, which are there only now.
    // eslint-disable-next-line react-hooks/set-state-in-effect
    setPlayer(made);
    const unsubscribe = made.subscribe(
      whenBarred(made, () => {
        forgetPoster(key);
        // It may be the whole session that ended: then the console leads to the login page.
        void queries.invalidateQueries({ queryKey: keys.me });
      }),
    );
    const forgetSeen = watchSeen(made, frame.current);
    const posterTimer = setInterval(() => {
      if (made.status.state === 'playing') takePoster(key, screen);
    }, POSTER_MS);
    return () => {
      probing.abort();
      clearInterval(posterTimer);
      forgetSeen();
      unsubscribe();
      takePoster(key, screen);
      made.dispose();
    };
  }, [frame, video, still, loginCode, channel, queries]);
  return player;
}

const silent = (): (() => void) => () => undefined;
const initial = (): PlayerStatus => INITIAL_STATUS;

export function usePlayerStatus(player: LivePlayer | undefined): PlayerStatus {
  return useSyncExternalStore(player?.subscribe ?? silent, player?.getStatus ?? initial);
}

/** Calls once each time the cloud says that the person may not watch. */
function whenBarred(player: LivePlayer, call: () => void): () => void {
  let before = false;
  return () => {
    const barred = player.status.state === 'error' && isBarred(player.status.failure?.code);
    if (barred && !before) call();
    before = barred;
  };
}

/** Starts the player when its frame first comes into view; holds it while it is out of view or its tab is hidden for long. */
function watchSeen(player: LivePlayer, frame: HTMLElement): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let onScreen = false;
  const judge = (): void => {
    clearTimeout(timer);
    if (onScreen && document.visibilityState === 'visible') {
      player.start();
      player.release('unseen');
      return;
    }
    timer = setTimeout(
      () => {
        player.hold('unseen');
      },
      onScreen ? HIDDEN_TAB_MS : OFF_SCREEN_MS,
    );
  };
  const observer = new IntersectionObserver((entries) => {
    onScreen = entries.at(-1)?.isIntersecting ?? onScreen;
    judge();
  });
  observer.observe(frame);
  document.addEventListener('visibilitychange', judge);
  return () => {
    clearTimeout(timer);
    observer.disconnect();
    document.removeEventListener('visibilitychange', judge);
  };
}

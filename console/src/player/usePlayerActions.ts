import { type RefObject, useEffect, useState } from 'react';
import { toggleFullscreen } from './fullscreen';
import type { LivePlayer } from './livePlayer';
import { saveSnapshot } from './snapshot';
import { restoreVolume, setVolume, toggleMute } from './sound';

export interface PlayerActions {
  togglePlay: () => void;
  toggleMute: () => void;
  setVolume: (volume: number) => void;
  toggleFullscreen: () => void;
  /** Answers false where there is no picture to save. */
  snapshot: () => Promise<boolean>;
}

export interface PlayerControlsState {
  muted: boolean;
  /** 0 to 1. */
  volume: number;
  fullscreen: boolean;
}

/** What a person can do with a player, and how its controls stand. */
export function usePlayerActions(
  player: LivePlayer | undefined,
  frame: RefObject<HTMLElement | null>,
  video: RefObject<HTMLVideoElement | null>,
  name: string,
): [PlayerControlsState, PlayerActions] {
  const [state, setState] = useState<PlayerControlsState>({ muted: true, volume: 1, fullscreen: false });

  useEffect(() => {
    const element = video.current;
    if (!element) return;
    restoreVolume(element);
    const read = (): void => {
      setState({
        muted: element.muted || element.volume === 0,
        volume: element.volume,
        fullscreen: document.fullscreenElement !== null && document.fullscreenElement === frame.current,
      });
    };
    read();
    element.addEventListener('volumechange', read);
    document.addEventListener('fullscreenchange', read);
    return () => {
      element.removeEventListener('volumechange', read);
      document.removeEventListener('fullscreenchange', read);
    };
  }, [frame, video]);

  const actions: PlayerActions = {
    togglePlay: () => {
      if (player?.status.state === 'paused') player.release('user');
      else player?.hold('user');
    },
    toggleMute: () => {
      if (video.current) toggleMute(video.current);
    },
    setVolume: (volume) => {
      if (video.current) setVolume(video.current, volume);
    },
    toggleFullscreen: () => {
      if (frame.current && video.current) toggleFullscreen(frame.current, video.current);
    },
    snapshot: async () => (video.current ? await saveSnapshot(video.current, name) : false),
  };
  return [state, actions];
}

import { notifications } from '@mantine/notifications';
import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { codecNamesOf } from './codecs';
import classes from './LivePlayerView.module.css';
import { PlayerControls } from './PlayerControls';
import { PlayerDetails } from './PlayerDetails';
import { LiveBadge, PlayerMessage } from './PlayerOverlay';
import { posterKey, posterOf } from './posters';
import { isBarred } from './retry';
import type { PlayerStatus } from './status';
import { useIdle } from './useIdle';
import { useLivePlayer, usePlayerStatus } from './useLivePlayer';
import { type PlayerActions, usePlayerActions } from './usePlayerActions';

interface Props {
  loginCode: string;
  channel: number;
  /** What is seen, for labels and file names. */
  name: string;
  /** Changes when the device, the channel or the cloud comes or goes: a player waiting for it tries at once. */
  wakeKey: string;
  /** A tile among others rather than the one big picture. */
  compact?: boolean;
  /** Further buttons among the controls. */
  controls?: ReactNode;
  /** Over the picture. */
  children?: ReactNode;
  /** Sees a key before the player does; true where it was meant for it. */
  onKey?: (event: KeyboardEvent) => boolean;
}

/** One channel, live, with its controls. Keys work while it has the focus (see the shortcuts help). */
export function LivePlayerView(props: Props) {
  const { loginCode, channel, name, wakeKey, compact = false, controls: furtherControls, children, onKey } = props;
  const { t } = useTranslation();
  const frame = useRef<HTMLDivElement>(null);
  const video = useRef<HTMLVideoElement>(null);
  const still = useRef<HTMLCanvasElement>(null);
  const player = useLivePlayer({ frame, video, still }, loginCode, channel);
  const status = usePlayerStatus(player);
  const [controls, actions] = usePlayerActions(player, frame, video, name);
  const [poster] = useState(() => posterOf(posterKey(loginCode, channel)));
  const [details, setDetails] = useState(false);
  const idle = useIdle(frame, 2600);

  useEffect(() => {
    player?.retryNow();
  }, [player, wakeKey]);

  const snapshot = (): void => {
    void actions.snapshot().then((saved) => {
      if (saved) notifications.show({ message: t('player.snapshotDone'), color: 'gray' });
    });
  };
  const toggleDetails = (): void => {
    setDetails((shown) => !shown);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (onKey?.(event)) return;
    if (handleKey(event, { ...actions, snapshotNow: snapshot, toggleDetails }, controls.volume)) event.preventDefault();
  };

  return (
    // The frame itself takes the focus so that the player's keys work without aiming at a button.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <div
      ref={frame}
      role="group"
      aria-label={t('player.label', { name })}
      // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      className={classes.frame}
      data-idle={(idle && status.state === 'playing') || undefined}
      data-compact={compact || undefined}
      onKeyDown={onKeyDown}
      {...probes(status, channel)}
    >
      <video
        ref={video}
        className={classes.video}
        poster={isBarred(status.failure?.code) ? undefined : poster}
        muted
        playsInline
        tabIndex={-1}
        onDoubleClick={actions.toggleFullscreen}
      />
      <canvas ref={still} className={classes.still} hidden aria-hidden="true" />
      <LiveBadge status={status} compact={compact} />
      <PlayerMessage
        status={status}
        compact={compact}
        onRetry={() => player?.retryNow()}
        onPlay={() => player?.release('user')}
      />
      {children}
      {details && <PlayerDetails status={status} />}
      {status.state !== 'error' && status.state !== 'unsupported' && (
        <PlayerControls
          status={status}
          state={controls}
          actions={actions}
          details={details}
          compact={compact}
          hasSound={codecNamesOf(status.mime ?? '').audio !== undefined}
          onDetails={toggleDetails}
          onSnapshot={snapshot}
        >
          {furtherControls}
        </PlayerControls>
      )}
    </div>
  );
}

/** What tests from outside read. */
function probes(status: PlayerStatus, channel: number): Record<`data-${string}`, string | number | undefined> {
  const { stats } = status;
  return {
    'data-testid': 'player',
    'data-channel': channel,
    'data-state': status.state,
    'data-failure': status.failure?.code,
    'data-stream-id': status.streamId,
    'data-mime': status.mime,
    'data-width': status.width,
    'data-height': status.height,
    'data-latency-ms': stats?.latencyMs === undefined ? undefined : Math.round(stats.latencyMs),
    'data-bitrate-bps': stats && Math.round(stats.bitrateBps),
    'data-fps': stats?.framesPerSecond.toFixed(1),
    'data-dropped-frames': stats?.droppedFrames,
  };
}

type KeyActions = PlayerActions & { snapshotNow: () => void; toggleDetails: () => void };

/** True where the key was the player's. */
function handleKey(event: KeyboardEvent, actions: KeyActions, volume: number): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  const onFrame = event.target === event.currentTarget;
  switch (event.key.toLowerCase()) {
    case ' ':
      // On a button the space bar presses that button.
      if (onFrame) actions.togglePlay();
      return onFrame;
    case 'k':
      actions.togglePlay();
      return true;
    case 'm':
      actions.toggleMute();
      return true;
    case 'f':
      actions.toggleFullscreen();
      return true;
    case 's':
      actions.snapshotNow();
      return true;
    case 'i':
      actions.toggleDetails();
      return true;
    case 'arrowup':
      if (onFrame) actions.setVolume(volume + 0.1);
      return onFrame;
    case 'arrowdown':
      if (onFrame) actions.setVolume(volume - 0.1);
      return onFrame;
    default:
      return false;
  }
}

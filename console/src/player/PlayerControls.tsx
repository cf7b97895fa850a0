import { Slider, Tooltip } from '@mantine/core';
import {
  IconCamera,
  IconInfoCircle,
  IconMaximize,
  IconMinimize,
  IconPlayerPauseFilled,
  IconPlayerPlayFilled,
  IconVolume,
  IconVolumeOff,
} from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './LivePlayerView.module.css';
import type { PlayerStatus } from './status';
import type { PlayerActions, PlayerControlsState } from './usePlayerActions';

interface Props {
  status: PlayerStatus;
  state: PlayerControlsState;
  actions: PlayerActions;
  details: boolean;
  compact: boolean;
  hasSound: boolean;
  onDetails: () => void;
  onSnapshot: () => void;
  /** Further buttons, before those that every player has. */
  children?: ReactNode;
}

export function PlayerControls(props: Props) {
  const { status, state, actions, details, compact, hasSound, onDetails, onSnapshot } = props;
  const { t } = useTranslation();
  const paused = status.state === 'paused';
  const size = compact ? 18 : 20;
  return (
    <div className={classes.controls}>
      <Control label={t(paused ? 'player.play' : 'player.pause')} onClick={actions.togglePlay} testId="play-pause">
        {paused ? <IconPlayerPlayFilled size={size} /> : <IconPlayerPauseFilled size={size} />}
      </Control>
      <div className={classes.sound}>
        <Control
          label={hasSound ? t(state.muted ? 'player.unmute' : 'player.mute') : t('player.noSound')}
          onClick={actions.toggleMute}
          disabled={!hasSound}
          testId="mute"
        >
          {state.muted ? <IconVolumeOff size={size} /> : <IconVolume size={size} />}
        </Control>
        {hasSound && (
          <Slider
            className={classes.volume}
            size={3}
            color="white"
            min={0}
            max={1}
            step={0.05}
            label={null}
            thumbLabel={t('player.volume')}
            value={state.muted ? 0 : state.volume}
            onChange={actions.setVolume}
          />
        )}
      </div>
      <span className={classes.space} />
      {props.children}
      <Control label={t('player.details')} onClick={onDetails} pressed={details} testId="details">
        <IconInfoCircle size={size} />
      </Control>
      <Control label={t('player.snapshot')} onClick={onSnapshot} testId="snapshot">
        <IconCamera size={size} />
      </Control>
      <Control
        label={t(state.fullscreen ? 'player.exitFullscreen' : 'player.fullscreen')}
        onClick={actions.toggleFullscreen}
        testId="fullscreen"
      >
        {state.fullscreen ? <IconMinimize size={size} /> : <IconMaximize size={size} />}
      </Control>
    </div>
  );
}

interface ControlProps {
  label: string;
  onClick: () => void;
  testId: string;
  children: ReactNode;
  disabled?: boolean;
  pressed?: boolean;
}

/** One button under the picture. */
export function Control({ label, onClick, testId, children, disabled = false, pressed }: ControlProps) {
  return (
    // Inside the frame: in full screen nothing outside it is shown.
    <Tooltip label={label} withinPortal={false} position="top">
      <button
        type="button"
        className={classes.control}
        aria-label={label}
        aria-disabled={disabled || undefined}
        aria-pressed={pressed}
        data-testid={testId}
        onClick={disabled ? undefined : onClick}
      >
        {children}
      </button>
    </Tooltip>
  );
}

import { ActionIcon, Button, Menu, Tooltip } from '@mantine/core';
import {
  IconChevronDown,
  IconPlayerPauseFilled,
  IconPlayerPlayFilled,
  IconPlayerSkipBack,
  IconPlayerSkipForward,
  IconPlayerTrackNext,
  IconPlayerTrackPrev,
  IconRewindBackward10,
  IconRewindForward10,
  IconZoomIn,
  IconZoomOut,
} from '@tabler/icons-react';
import type { KeyboardEvent, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { cloudNow } from '../api/recordings';
import classes from './PlaybackBar.module.css';
import { type PlaybackSession, RATES } from './playbackSession';
import { ShownTime } from './PlayerPane';
import { useSessionStatus } from './usePlayback';
import { dayOf, type View, zoomed } from './view';

interface Props {
  session: PlaybackSession;
  onView?: ((change: (view: View) => View) => void) | undefined;
  /** To the next (1) or previous (−1) alarm. */
  onEvent?: ((direction: 1 | -1) => void) | undefined;
  children?: ReactNode;
}

const HOUR = 3_600_000;

/** What one does with footage: play, step, jump, change the speed, zoom. */
export function PlaybackBar({ session, onView, onEvent, children }: Props) {
  const { t } = useTranslation();
  const { playing } = useSessionStatus(session);
  return (
    <div className={classes.bar} data-testid="playback-bar">
      <div className={classes.group}>
        {onEvent && (
          <Press
            label={t('recordings.previousEvent')}
            keys="["
            testId="previous-event"
            onPress={() => {
              onEvent(-1);
            }}
          >
            <IconPlayerTrackPrev size={18} />
          </Press>
        )}
        <Press
          label={t('recordings.back10')}
          keys="J"
          testId="back-10"
          onPress={() => {
            session.seek(session.at() - 10_000);
          }}
        >
          <IconRewindBackward10 size={19} />
        </Press>
        <Press
          label={t('recordings.previousFrame')}
          keys=","
          testId="previous-frame"
          onPress={() => {
            session.stepFrame(-1);
          }}
        >
          <IconPlayerSkipBack size={17} />
        </Press>
        <Tooltip label={`${t(playing ? 'player.pause' : 'player.play')} (K)`}>
          <ActionIcon
            size={40}
            radius="xl"
            aria-label={t(playing ? 'player.pause' : 'player.play')}
            data-testid="recording-play"
            data-playing={playing}
            onClick={() => {
              session.toggle();
            }}
          >
            {playing ? <IconPlayerPauseFilled size={19} /> : <IconPlayerPlayFilled size={19} />}
          </ActionIcon>
        </Tooltip>
        <Press
          label={t('recordings.nextFrame')}
          keys="."
          testId="next-frame"
          onPress={() => {
            session.stepFrame(1);
          }}
        >
          <IconPlayerSkipForward size={17} />
        </Press>
        <Press
          label={t('recordings.forward10')}
          keys="L"
          testId="forward-10"
          onPress={() => {
            session.seek(session.at() + 10_000);
          }}
        >
          <IconRewindForward10 size={19} />
        </Press>
        {onEvent && (
          <Press
            label={t('recordings.nextEvent')}
            keys="]"
            testId="next-event"
            onPress={() => {
              onEvent(1);
            }}
          >
            <IconPlayerTrackNext size={18} />
          </Press>
        )}
      </div>
      <div className={classes.time}>
        <ShownTime session={session} />
      </div>
      <Speed session={session} />
      {onView && <Zoom session={session} onView={onView} />}
      {children && (
        <div className={`${classes.group ?? ''} ${classes.end ?? ''}`} style={{ gap: '0.375rem', flexWrap: 'wrap' }}>
          {children}
        </div>
      )}
    </div>
  );
}

interface PressProps {
  label: string;
  keys?: string;
  testId: string;
  onPress: () => void;
  children: ReactNode;
}

function Press({ label, keys, testId, onPress, children }: PressProps) {
  return (
    <Tooltip label={keys ? `${label} (${keys})` : label}>
      <ActionIcon variant="subtle" color="gray" size={36} aria-label={label} data-testid={testId} onClick={onPress}>
        {children}
      </ActionIcon>
    </Tooltip>
  );
}

function Speed({ session }: { session: PlaybackSession }) {
  const { t } = useTranslation();
  const { rate } = useSessionStatus(session);
  return (
    <Menu position="top" width={120}>
      <Menu.Target>
        <Button
          variant="default"
          size="xs"
          className={classes.speed ?? ''}
          rightSection={<IconChevronDown size={14} />}
          aria-label={t('recordings.speedOf', { rate })}
          data-testid="speed"
        >
          {rate}×
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t('recordings.speed')}</Menu.Label>
        {RATES.map((one) => (
          <Menu.Item
            key={one}
            role="menuitemradio"
            aria-checked={one === rate}
            fw={one === rate ? 650 : 400}
            data-testid={`speed-${one}`}
            onClick={() => {
              session.setRate(one);
            }}
          >
            {one}×
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function Zoom({ session, onView }: { session: PlaybackSession; onView: (change: (view: View) => View) => void }) {
  const { t } = useTranslation();
  const around = (ms: number): void => {
    const at = session.at();
    onView(() => ({ from: at - ms / 2, to: at + ms / 2 }));
  };
  return (
    <div className={classes.group}>
      <Press
        label={t('recordings.zoomOut')}
        testId="zoom-out"
        onPress={() => {
          onView((view) => zoomed(view, 1 / 2, session.at(), cloudNow()));
        }}
      >
        <IconZoomOut size={18} />
      </Press>
      <Press
        label={t('recordings.zoomIn')}
        testId="zoom-in"
        onPress={() => {
          onView((view) => zoomed(view, 2, session.at(), cloudNow()));
        }}
      >
        <IconZoomIn size={18} />
      </Press>
      <Button.Group visibleFrom="sm">
        {(
          [
            ['day', undefined],
            ['hour', HOUR],
            ['minutes', HOUR / 12],
          ] as const
        ).map(([name, ms]) => (
          <Button
            key={name}
            variant="default"
            size="xs"
            px={9}
            data-testid={`zoom-${name}`}
            onClick={() => {
              if (ms === undefined) onView(() => dayOf(session.at()));
              else around(ms);
            }}
          >
            {t(`recordings.zoom.${name}`)}
          </Button>
        ))}
      </Button.Group>
    </div>
  );
}

const UP = RATES.toSorted((a, b) => a - b);

/** The player's keys; true where the key was meant for it. */
export function playbackKey(
  event: KeyboardEvent,
  session: PlaybackSession,
  onEvent: ((direction: 1 | -1) => void) | undefined,
): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  const target = event.target as HTMLElement;
  if (target.closest('input, textarea, select, [contenteditable], [role="menu"], [role="dialog"]')) return false;
  const { rate } = session.getStatus();
  switch (event.key.toLowerCase()) {
    case ' ':
      // On a button the space bar presses that button.
      if (target.closest('button, a')) return false;
      session.toggle();
      return true;
    case 'k':
      session.toggle();
      return true;
    case 'j':
      session.seek(session.at() - 10_000);
      return true;
    case 'l':
      session.seek(session.at() + 10_000);
      return true;
    case ',':
      session.stepFrame(-1);
      return true;
    case '.':
      session.stepFrame(1);
      return true;
    case '<':
      session.setRate(UP.findLast((one) => one < rate) ?? rate);
      return true;
    case '>':
      session.setRate(UP.find((one) => one > rate) ?? rate);
      return true;
    case '[':
    case ']':
      if (!onEvent) return false;
      onEvent(event.key === ']' ? 1 : -1);
      return true;
    default:
      return false;
  }
}

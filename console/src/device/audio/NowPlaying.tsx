import { ActionIcon, Group, Text, Tooltip } from '@mantine/core';
import {
  IconPlayerPauseFilled,
  IconPlayerPlayFilled,
  IconPlayerStopFilled,
  IconRefresh,
  IconVolume,
  IconVolumeOff,
} from '@tabler/icons-react';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useControlAudio } from '../../api/sounds';
import type { AudioState, Sound } from '../../api/types';
import { errorText } from '../../i18n/errors';
import { Failure } from '../../ui/Failure';
import classes from './NowPlaying.module.css';

const STATUSES = ['stopped', 'pausing', 'playing'] as const satisfies AudioState['status'][];

interface Props {
  loginCode: string;
  channel: number;
  audio: UseQueryResult<AudioState>;
  sounds: Sound[];
  online: boolean;
}

/** What the loudspeaker does, and the buttons for it. */
export function NowPlaying({ loginCode, channel, audio, sounds, online }: Props) {
  const { t } = useTranslation();
  const control = useControlAudio(loginCode, channel);
  const status = online ? STATUSES.find((known) => known === audio.data?.status) : undefined;
  const what =
    status === undefined || status === 'stopped'
      ? undefined
      : (sounds.find(({ id }) => id === audio.data?.sound)?.name ?? audio.data?.url);
  const title =
    status === undefined
      ? audio.isFetching
        ? t('sounds.asking')
        : online && audio.error
          ? errorText(t, audio.error)
          : t('sounds.unknown')
      : t(`sounds.status.${status}`);
  return (
    <div>
      <section className={classes.frame} aria-label={t('sounds.now')} data-testid="audio" data-status={status}>
        <span className={classes.sign} aria-hidden="true">
          {status === 'playing' ? <IconVolume size={20} /> : <IconVolumeOff size={20} />}
        </span>
        <div className={classes.what} role="status">
          <Text fw={550} truncate>
            {title}
          </Text>
          {what && (
            <Text size="sm" c="dimmed" truncate>
              {what}
            </Text>
          )}
        </div>
        <Group gap={6} wrap="nowrap">
          {status === 'playing' && (
            <Control
              label={t('sounds.pause')}
              pending={control.isPending}
              onClick={() => {
                control.mutate('pause');
              }}
            >
              <IconPlayerPauseFilled size={18} />
            </Control>
          )}
          {status === 'pausing' && (
            <Control
              label={t('sounds.resume')}
              pending={control.isPending}
              onClick={() => {
                control.mutate('resume');
              }}
            >
              <IconPlayerPlayFilled size={18} />
            </Control>
          )}
          {(status === 'playing' || status === 'pausing') && (
            <Control
              label={t('sounds.stop')}
              pending={control.isPending}
              onClick={() => {
                control.mutate('stop');
              }}
            >
              <IconPlayerStopFilled size={18} />
            </Control>
          )}
          {online && (
            <Control label={t('sounds.askAgain')} pending={audio.isFetching} onClick={() => void audio.refetch()}>
              <IconRefresh size={18} />
            </Control>
          )}
        </Group>
      </section>
      <Failure error={control.error} />
    </div>
  );
}

interface ControlProps {
  label: string;
  pending: boolean;
  onClick: () => void;
  children: ReactNode;
}

function Control({ label, pending, onClick, children }: ControlProps) {
  return (
    <Tooltip label={label}>
      <ActionIcon variant="default" size={38} aria-label={label} aria-disabled={pending} onClick={onClick}>
        {children}
      </ActionIcon>
    </Tooltip>
  );
}

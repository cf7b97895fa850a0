import { Anchor, Text, Tooltip } from '@mantine/core';
import { IconAlertTriangleFilled } from '@tabler/icons-react';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { may } from '../api/currentTenant';
import { useRecording } from '../api/recordPlans';
import type { Device, RecordState } from '../api/types';
import { agoText, dateText } from '../i18n/formats';
import { useNow } from '../ui/useNow';
import classes from './RecordingState.module.css';

/** Whether a channel is being recorded right now, in a line. */
export function RecordingState({ device, channel }: { device: Device; channel: number }) {
  const { t } = useTranslation();
  const recording = useRecording(device.login_code);
  const item = recording.data?.find((one) => one.channel === channel);
  if (!recording.data) return null;
  const plan = may('configure', device) && (
    <Anchor
      component={Link}
      to={`/devices/${encodeURIComponent(device.login_code)}/recording-plan`}
      size="sm"
      data-testid="to-plan"
    >
      {t('recordings.toPlan')}
    </Anchor>
  );
  return (
    <div className={classes.line} data-testid="recording-state">
      {item ? <StateText state={item.state} off={(item.plan?.mode ?? 'off') === 'off'} /> : null}
      {plan}
    </div>
  );
}

const CAUSES = ['always', 'schedule', 'alarm'] as const;
const RECORDERS = ['device', 'cloud'] as const;

/** A cloud that is newer than the console may say more. */
function isOne<T extends string>(known: readonly T[], said: string | null | undefined): said is T {
  return known.some((one) => one === said);
}

/** How recording stands, with what is wrong where something is. */
export function StateText({ state, off }: { state: RecordState; off: boolean }) {
  const { t, i18n } = useTranslation();
  const now = useNow(15_000);
  const at = state.last_segment_at;
  const active = state.wanted && state.since != null && !state.problem;
  const facts = [
    ...(active && isOne(CAUSES, state.cause) ? [t(`recordings.cause.${state.cause}`)] : []),
    ...(active && isOne(RECORDERS, state.recorder) ? [t(`recordings.recorder.${state.recorder}`)] : []),
    ...(at && state.wanted ? [t('recordings.lastSegment', { ago: agoText(i18n.language, new Date(at), now) })] : []),
    ...(state.next_change_at
      ? [
          t(state.wanted ? 'recordings.pausesAt' : 'recordings.beginsAt', {
            at: dateText(i18n.language, new Date(state.next_change_at)),
          }),
        ]
      : []),
  ];
  return (
    <span className={classes.state} data-state={stateName(state, off)} data-testid="state-text">
      {state.problem ? (
        <Tooltip label={state.problem.message} multiline maw={320} disabled={!state.problem.message}>
          <span className={classes.problem} tabIndex={-1}>
            <IconAlertTriangleFilled size={15} aria-hidden="true" />
            {problemText(t, state.problem)}
          </span>
        </Tooltip>
      ) : (
        <span className={classes.word}>
          <span className={classes.dot} aria-hidden="true" />
          {t(`recordings.state.${stateName(state, off)}`)}
        </span>
      )}
      {facts.length > 0 && (
        <Text component="span" size="xs" c="dimmed">
          {facts.join(' · ')}
        </Text>
      )}
    </span>
  );
}

function stateName(state: RecordState, off: boolean): 'off' | 'recording' | 'starting' | 'waiting' | 'problem' {
  if (state.problem) return 'problem';
  if (state.wanted) return state.since == null ? 'starting' : 'recording';
  return off ? 'off' : 'waiting';
}

const PROBLEMS = [
  'device_offline',
  'channel_offline',
  'bitrate_too_high',
  'device_refused',
  'not_answering',
  'no_media',
  'storage_full',
] as const;

function problemText(t: TFunction, { code, message }: { code: string; message: string }): string {
  const known = PROBLEMS.find((one) => one === code);
  return known ? t(`recordings.problem.${known}`) : t('recordings.problem.other', { message: message || code });
}

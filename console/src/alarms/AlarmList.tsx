import { ActionIcon, Text, Tooltip } from '@mantine/core';
import { IconCheck } from '@tabler/icons-react';
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import { timeText } from '../i18n/formats';
import { byDay } from '../ui/days';
import { useNow } from '../ui/useNow';
import { AlarmDuration } from './AlarmDuration';
import classes from './AlarmList.module.css';
import { AlarmPicture } from './AlarmPicture';
import { alarmTypeText } from './alarmTypes';
import type { Alarm } from '../api/types';

interface Props {
  alarms: Alarm[];
  /** Another search is on its way. */
  stale: boolean;
  /** All of one device: it need not be named. */
  oneDevice: boolean;
  onOpen: (id: number) => void;
  onAcknowledge: (id: number) => void;
}

/** Alarms by day, newest first. */
export function AlarmList({ alarms, stale, oneDevice, onOpen, onAcknowledge }: Props) {
  const { i18n } = useTranslation();
  const now = useNow(60_000);
  return (
    <div className={classes.days} data-stale={stale || undefined} data-testid="alarms">
      {byDay(alarms, ({ begin_at }) => begin_at, i18n.language, now).map((day) => (
        <section key={day.name} aria-label={day.name}>
          <h3 className={classes.day}>{day.name}</h3>
          <ul className={classes.frame}>
            {day.items.map((alarm) => (
              <AlarmRow
                key={alarm.id}
                alarm={alarm}
                oneDevice={oneDevice}
                onOpen={onOpen}
                onAcknowledge={onAcknowledge}
              />
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}

type RowProps = Pick<Props, 'oneDevice' | 'onOpen' | 'onAcknowledge'> & { alarm: Alarm };

const AlarmRow = memo(function AlarmRow({ alarm, oneDevice, onOpen, onAcknowledge }: RowProps) {
  const { t, i18n } = useTranslation();
  const unread = alarm.acknowledged_at === undefined;
  const channel = t('device.channel', { number: alarm.channel });
  return (
    <li
      className={classes.row}
      data-testid="alarm"
      data-id={alarm.id}
      data-unread={unread || undefined}
      data-active={alarm.end_at === undefined || undefined}
    >
      <span className={classes.picture}>
        <AlarmPicture alarm={alarm} />
      </span>
      <div className={classes.what}>
        <button
          type="button"
          className={classes.open}
          onClick={() => {
            onOpen(alarm.id);
          }}
        >
          {alarmTypeText(t, alarm)}
          {unread && <span className={classes.unread} role="img" aria-label={t('alarms.unread')} />}
        </button>
        <Text size="sm" c="dimmed" truncate>
          {[...(oneDevice ? [] : [alarm.device_name || alarm.login_code]), channel].join(' · ')}
        </Text>
        {alarm.text && (
          <Text size="sm" truncate>
            {alarm.text}
          </Text>
        )}
      </div>
      <div className={classes.when}>
        <time dateTime={alarm.begin_at}>{timeText(i18n.language, new Date(alarm.begin_at))}</time>
        <AlarmDuration alarm={alarm} />
      </div>
      <div className={classes.action}>
        {unread ? (
          <Tooltip label={t('alarms.acknowledge')}>
            <ActionIcon
              variant="default"
              size={34}
              aria-label={t('alarms.acknowledge')}
              data-testid="acknowledge"
              onClick={() => {
                onAcknowledge(alarm.id);
              }}
            >
              <IconCheck size={17} />
            </ActionIcon>
          </Tooltip>
        ) : (
          <Tooltip label={t('alarms.acknowledgedBy', { name: alarm.acknowledged_by ?? '' })}>
            <IconCheck size={17} className={classes.done} aria-label={t('alarms.acknowledged')} />
          </Tooltip>
        )}
      </div>
    </li>
  );
});

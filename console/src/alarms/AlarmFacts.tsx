import { Anchor } from '@mantine/core';
import { Fragment, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { momentText } from '../i18n/formats';
import { AlarmDuration } from './AlarmDuration';
import classes from './AlarmDetail.module.css';
import type { Alarm } from '../api/types';

const UNSURE = ['bit_cleared', 'timeout', 'device_reset'] as const;

export function AlarmFacts({ alarm }: { alarm: Alarm }) {
  const { t, i18n } = useTranslation();
  const moment = (at: string): string => momentText(i18n.language, new Date(at));
  const facts: [string, ReactNode][] = [
    [
      t('devices.column.device'),
      <Anchor
        key="device"
        component={Link}
        to={`/devices/${encodeURIComponent(alarm.login_code)}`}
        inherit
        c="inherit"
        underline="always"
      >
        {alarm.device_name || alarm.login_code}
      </Anchor>,
    ],
    [t('records.channel'), String(alarm.channel)],
    [t('alarms.begin'), moment(alarm.begin_at)],
    [t('alarms.end'), alarm.end_at && `${moment(alarm.end_at)}${endText(alarm)}`],
    [t('alarms.lasted'), <AlarmDuration key="lasted" alarm={alarm} />],
    [
      t('alarms.acknowledged'),
      alarm.acknowledged_at && [moment(alarm.acknowledged_at), alarm.acknowledged_by].filter(Boolean).join(' · '),
    ],
  ];
  /** An end that the device did not tell is not quite certain. */
  function endText({ end_reason }: Alarm): string {
    const reason = UNSURE.find((known) => known === end_reason);
    return reason ? ` (${t(`alarms.endReason.${reason}`)})` : '';
  }
  return (
    <dl className={classes.facts}>
      {facts.map(
        ([name, value]) =>
          value && (
            <Fragment key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </Fragment>
          ),
      )}
    </dl>
  );
}

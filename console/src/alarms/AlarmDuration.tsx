import { useTranslation } from 'react-i18next';
import { durationText } from '../device/duration';
import { useNow } from '../ui/useNow';
import classes from './AlarmList.module.css';
import type { Alarm } from '../api/types';

/** How long it lasted, or that it goes on. */
export function AlarmDuration({ alarm }: { alarm: Alarm }) {
  const { i18n } = useTranslation();
  if (alarm.end_at === undefined) return <Ongoing since={alarm.begin_at} />;
  const lasted = (Date.parse(alarm.end_at) - Date.parse(alarm.begin_at)) / 1000;
  return <span className={classes.quiet}>{durationText(i18n.language, lasted)}</span>;
}

function Ongoing({ since }: { since: string }) {
  const { t, i18n } = useTranslation();
  const now = useNow(1000);
  const lasts = (now.getTime() - Date.parse(since)) / 1000;
  return (
    <span className={classes.ongoing}>
      <span className={classes.light} aria-hidden="true" />
      {t('alarms.ongoing', { duration: durationText(i18n.language, lasts) })}
    </span>
  );
}

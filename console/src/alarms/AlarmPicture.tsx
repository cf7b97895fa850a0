import { alarmPictureUrl } from '../api/alarms';
import type { Alarm } from '../api/types';
import classes from './AlarmPicture.module.css';
import { ALARM_ICONS, knownType } from './alarmTypes';

/** What the camera saw, or a sign of what it was about. */
export function AlarmPicture({ alarm, large = false }: { alarm: Alarm; large?: boolean }) {
  const Sign = ALARM_ICONS[knownType(alarm)];
  return (
    <span className={classes.screen} data-large={large || undefined}>
      {alarm.has_picture ? (
        <img
          src={alarmPictureUrl(alarm.id)}
          alt=""
          loading={large ? 'eager' : 'lazy'}
          decoding="async"
          className={classes.picture}
          data-testid="alarm-picture"
        />
      ) : (
        <Sign size={large ? 40 : 22} stroke={1.5} aria-hidden="true" />
      )}
    </span>
  );
}

import { VisuallyHidden } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useAlarmCount } from '../api/alarms';
import classes from './AlarmBadge.module.css';

/** How many alarms nobody has acknowledged. */
export function AlarmBadge() {
  const { t } = useTranslation();
  const count = useAlarmCount().data?.unacknowledged ?? 0;
  if (count === 0) return null;
  return (
    <>
      <span className={classes.badge} data-testid="alarm-badge" aria-hidden="true">
        {count > 99 ? '99+' : count}
      </span>
      <VisuallyHidden> ({t('alarms.unreadCount', { count })})</VisuallyHidden>
    </>
  );
}

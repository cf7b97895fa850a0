import { ActionIcon, Anchor, CloseButton, Text, Tooltip } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconBellOff } from '@tabler/icons-react';
import { useEffect, useEffectEvent, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation, useNavigate } from 'react-router';
import { onAlarmNews } from '../api/alarmNews';
import { useAlarm } from '../api/alarms';
import type { Alarm } from '../api/types';
import { AlarmPicture } from './AlarmPicture';
import classes from './AlarmToasts.module.css';
import { alarmTypeText } from './alarmTypes';
import { noticeNow, setNotice, showBrowserNotice } from './notice';
import { ToastPace } from './toastPace';

const ID = 'alarm';
const SHOWN_MS = 7000;

/**
 * Tells of a new alarm wherever one is in the console: one toast, which the next alarm takes over and counts. Where the alarm is seen
 * to come anyway nothing is told, and who closed a toast is left alone for a while.
 */
export function AlarmToasts() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { pathname } = useLocation();
  const pace = useRef(new ToastPace());

  const open = (alarm: Alarm): void => {
    notifications.hide(ID);
    void navigate(`/alarms?alarm=${alarm.id}`);
  };
  const tell = useEffectEvent((alarm: Alarm, further: number) => {
    const notice = noticeNow();
    if (notice === 'off') return;
    const title = alarmTypeText(t, alarm);
    const where = alarm.device_name || alarm.login_code;
    if (notice === 'browser' && document.hidden) {
      showBrowserNotice({
        title: `${title} · ${where}`,
        body: alarm.text,
        onOpen: () => {
          open(alarm);
        },
      });
    }
    if (isSeenOn(pathname, alarm)) return;
    const outcome = pace.current.next(Date.now(), 1 + further);
    if (outcome === undefined) return;
    const toast = {
      id: ID,
      autoClose: SHOWN_MS,
      withBorder: true,
      color: 'signal.6',
      classNames: { root: classes.root ?? '' },
      // It has its own: whether the person closed it or its time was over makes a difference.
      withCloseButton: false,
      onClose: () => {
        pace.current.ended();
      },
      message: (
        <Toast
          alarm={alarm}
          title={title}
          where={where}
          others={outcome.others}
          onOpen={() => {
            open(alarm);
          }}
          onClose={() => {
            notifications.hide(ID);
            pace.current.closed(Date.now());
          }}
        />
      ),
    };
    if (outcome.replaces) notifications.update(toast);
    else notifications.show(toast);
  });
  useEffect(
    () =>
      onAlarmNews((alarm, further) => {
        tell(alarm, further);
      }),
    [],
  );
  return null;
}

/** The page that is open shows it by itself. */
function isSeenOn(pathname: string, alarm: Alarm): boolean {
  return pathname === '/alarms' || pathname === `/devices/${encodeURIComponent(alarm.login_code)}/alarms`;
}

interface ToastProps {
  alarm: Alarm;
  title: string;
  where: string;
  others: number;
  onOpen: () => void;
  onClose: () => void;
}

function Toast({ alarm, title, where, others, onOpen, onClose }: ToastProps) {
  const { t } = useTranslation();
  // The picture comes a moment later.
  const present = useAlarm(alarm.id).data ?? alarm;
  return (
    <div className={classes.toast} data-testid="alarm-toast">
      <span className={classes.picture}>
        <AlarmPicture alarm={present} />
      </span>
      <div className={classes.what}>
        <Anchor component="button" type="button" className={classes.open ?? ''} onClick={onOpen} underline="never">
          {title}
        </Anchor>
        <Text size="sm" c="dimmed" truncate>
          {where}
        </Text>
        {others > 0 && (
          <Text size="xs" c="dimmed">
            {t('alarms.others', { count: others })}
          </Text>
        )}
      </div>
      <div className={classes.buttons}>
        <CloseButton size="sm" aria-label={t('app.close')} onClick={onClose} data-testid="close-alarm-toast" />
        <Tooltip label={t('alarms.notice.mute')}>
          <ActionIcon
            variant="subtle"
            color="gray"
            size="sm"
            aria-label={t('alarms.notice.mute')}
            data-testid="mute-alarms"
            onClick={() => {
              setNotice('off');
              notifications.hide(ID);
              notifications.show({ message: t('alarms.notice.muted'), color: 'gray' });
            }}
          >
            <IconBellOff size={15} />
          </ActionIcon>
        </Tooltip>
      </div>
    </div>
  );
}

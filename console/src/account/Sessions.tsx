import { Badge, Button, Group, Skeleton, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconDeviceDesktop, IconDeviceMobile } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useEndOtherSessions, useEndSession, useMySessions } from '../api/account';
import type { MySession } from '../api/types';
import { errorText } from '../i18n/errors';
import { agoText, dateText } from '../i18n/formats';
import { Failure } from '../ui/Failure';
import { useNow } from '../ui/useNow';
import classes from './rows.module.css';
import { browserOf } from './userAgent';

/** Where one is logged in, and the way out of each place. */
export function Sessions() {
  const { t } = useTranslation();
  const sessions = useMySessions();
  const endOthers = useEndOtherSessions();
  if (!sessions.data) {
    return sessions.isError ? <Failure error={sessions.error} /> : <Skeleton height={44} aria-hidden="true" />;
  }
  // One's own first, then those used last.
  const rows = sessions.data.toSorted(
    (a, b) => Number(b.current) - Number(a.current) || b.last_seen_at.localeCompare(a.last_seen_at),
  );
  return (
    <Stack gap="sm" align="stretch">
      <ul className={classes.rows} data-testid="sessions">
        {rows.map((session) => (
          <Row key={session.id} session={session} />
        ))}
      </ul>
      {rows.length > 1 && (
        <Group>
          <Button
            variant="default"
            loading={endOthers.isPending}
            data-testid="end-other-sessions"
            onClick={() => {
              endOthers.mutate(undefined, {
                onSuccess: () => {
                  notifications.show({ message: t('sessions.othersEnded'), color: 'gray' });
                },
                onError: (error) => {
                  notifications.show({ message: errorText(t, error), color: 'red' });
                },
              });
            }}
          >
            {t('sessions.endOthers')}
          </Button>
        </Group>
      )}
    </Stack>
  );
}

function Row({ session }: { session: MySession }) {
  const { t, i18n } = useTranslation();
  const end = useEndSession();
  const now = useNow(30_000);
  const { browser, system, mobile } = browserOf(session.user_agent);
  const name = [browser, system].filter(Boolean).join(' · ') || t('sessions.unknown');
  const Icon = mobile ? IconDeviceMobile : IconDeviceDesktop;
  return (
    <li className={classes.row} data-testid="session" data-current={session.current || undefined}>
      <Icon size={20} stroke={1.6} aria-hidden="true" />
      <div className={classes.main}>
        <Text size="sm" fw={550} title={session.user_agent}>
          {name}
        </Text>
        <Text size="xs" c="dimmed" title={dateText(i18n.language, new Date(session.created_at))}>
          {session.address && `${session.address} · `}
          {t('sessions.since', { date: dateText(i18n.language, new Date(session.created_at)) })}
          {!session.current &&
            ` · ${t('sessions.seen', { ago: agoText(i18n.language, new Date(session.last_seen_at), now) })}`}
        </Text>
      </div>
      {session.current ? (
        <Badge variant="default" tt="none" fw={500}>
          {t('sessions.current')}
        </Badge>
      ) : (
        <Button
          size="xs"
          variant="subtle"
          color="red"
          loading={end.isPending}
          aria-label={t('sessions.endOf', { name })}
          data-testid="end-session"
          onClick={() => {
            end.mutate(session.id, {
              onError: (error) => {
                notifications.show({ message: errorText(t, error), color: 'red' });
              },
            });
          }}
        >
          {t('sessions.end')}
        </Button>
      )}
    </li>
  );
}

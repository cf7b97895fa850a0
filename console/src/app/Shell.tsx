import { Box, Center, Loader, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, Navigate, Outlet, useLocation } from 'react-router';
import { followEvents } from '../api/events';
import { useMe } from '../api/session';
import { Brand } from '../ui/Brand';
import { ShortcutsHelp } from './ShortcutsHelp';
import classes from './Shell.module.css';
import { UserMenu } from './UserMenu';

/** What surrounds every page of a logged-in person. */
export function Shell() {
  const { t } = useTranslation();
  const me = useMe();
  const location = useLocation();
  const username = me.data?.username;
  const connected = useEvents(username !== undefined);

  if (me.data === null) {
    const next = location.pathname + location.search;
    return <Navigate to={next === '/devices' ? '/login' : `/login?next=${encodeURIComponent(next)}`} replace />;
  }
  if (username === undefined) {
    return (
      <Center mih="100dvh">
        {me.isError ? <Text c="dimmed">{t('error.network')}</Text> : <Loader color="gray" size="sm" />}
      </Center>
    );
  }
  return (
    <>
      <a className="skip-link" href="#content">
        {t('app.skip')}
      </a>
      <header className={classes.header}>
        <div className={classes.bar}>
          <Link to="/devices" className={classes.home} aria-label={`OVS – ${t('app.devices')}`}>
            <Brand />
          </Link>
          <UserMenu username={username} />
        </div>
      </header>
      {!connected && (
        <div className={classes.offline} role="status">
          {t('app.reconnecting')}
        </div>
      )}
      <Box component="main" id="content" tabIndex={-1} className={classes.main}>
        <Outlet />
      </Box>
      <ShortcutsHelp />
    </>
  );
}

/** Follows the cloud's events while logged in. Answers false once the connection has been gone for some seconds. */
function useEvents(active: boolean): boolean {
  const queries = useQueryClient();
  const [connected, setConnected] = useState(true);
  useEffect(() => {
    if (!active) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = followEvents(queries, (up) => {
      clearTimeout(timer);
      if (up) setConnected(true);
      else {
        timer = setTimeout(() => {
          setConnected(false);
        }, 4000);
      }
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [active, queries]);
  return connected;
}

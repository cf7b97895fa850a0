import { Box, Center, Loader, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, Navigate, Outlet, useLocation } from 'react-router';
import { AlarmToasts } from '../alarms/AlarmToasts';
import { accessChanged, setConnected, useConnection } from '../api/connection';
import { followEvents } from '../api/events';
import { useMe, useSessionEnd } from '../api/session';
import { StorageBanner } from '../recordings/StorageBanner';
import { Brand } from '../ui/Brand';
import { Navigation } from './Navigation';
import { ShortcutsHelp } from './ShortcutsHelp';
import classes from './Shell.module.css';
import { TenantSwitcher } from './TenantSwitcher';
import { UserMenu } from './UserMenu';

/** What surrounds every page of a logged-in person. */
export function Shell() {
  const { t } = useTranslation();
  const me = useMe();
  const end = useSessionEnd();
  const location = useLocation();
  const username = me.data?.username;
  useEvents(username !== undefined);
  const away = useLongAway();

  if (me.data === null) {
    const next = location.pathname + location.search;
    // Who logs in after somebody who left need not want to see the same.
    const plain = end === 'left' || next === '/devices';
    return <Navigate to={plain ? '/login' : `/login?next=${encodeURIComponent(next)}`} replace />;
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
          <TenantSwitcher />
          <Navigation />
          <div className={classes.end}>
            <UserMenu username={username} />
          </div>
        </div>
      </header>
      <StorageBanner />
      {away && (
        <div className={classes.offline} role="status">
          {t('app.reconnecting')}
        </div>
      )}
      <Box component="main" id="content" tabIndex={-1} className={classes.main}>
        <Outlet />
      </Box>
      <ShortcutsHelp />
      <AlarmToasts />
    </>
  );
}

/** Follows the cloud's events while logged in. */
function useEvents(active: boolean): void {
  const queries = useQueryClient();
  useEffect(() => (active ? followEvents(queries, setConnected, accessChanged) : undefined), [active, queries]);
}

/** True once the cloud has been away for some seconds: shorter breaks mend themselves before anybody cares. */
function useLongAway(): boolean {
  const { connected } = useConnection();
  const [away, setAway] = useState(false);
  useEffect(() => {
    const timer = setTimeout(
      () => {
        setAway(!connected);
      },
      connected ? 0 : 4000,
    );
    return () => {
      clearTimeout(timer);
    };
  }, [connected]);
  return away;
}

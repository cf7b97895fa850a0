import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { NavLink } from 'react-router';
import { AlarmBadge } from '../alarms/AlarmBadge';
import { useCurrentTenant, useIsPlatformAdmin } from '../api/currentTenant';
import classes from './Navigation.module.css';

/** The parts of the console that are open to this person; on phones a second line under the header. */
export function Navigation() {
  const { t } = useTranslation();
  const tenant = useCurrentTenant();
  const platformAdmin = useIsPlatformAdmin();
  const parts: { to: string; label: string; id: string; badge?: ReactNode }[] = [
    { to: '/devices', label: t('app.devices'), id: 'devices' },
    { to: '/playback', label: t('nav.playback'), id: 'playback' },
    { to: '/alarms', label: t('nav.alarms'), id: 'alarms', badge: <AlarmBadge /> },
    ...(tenant ? [{ to: `/organisations/${tenant.id}`, label: t('nav.organisation'), id: 'organisation' }] : []),
    ...(platformAdmin ? [{ to: '/platform', label: t('nav.platform'), id: 'platform' }] : []),
  ];
  return (
    <nav className={classes.parts} aria-label={t('nav.main')}>
      {parts.map(({ to, label, id, badge }) => (
        <NavLink key={id} to={to} className={classes.part ?? ''} data-testid={`nav-${id}`}>
          {label}
          {badge}
        </NavLink>
      ))}
    </nav>
  );
}

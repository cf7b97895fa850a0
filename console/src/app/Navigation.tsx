import { useTranslation } from 'react-i18next';
import { NavLink } from 'react-router';
import { useCurrentTenant, useIsPlatformAdmin } from '../api/currentTenant';
import classes from './Navigation.module.css';

/** The parts of the console that are open to this person; on phones a second line under the header. */
export function Navigation() {
  const { t } = useTranslation();
  const tenant = useCurrentTenant();
  const platformAdmin = useIsPlatformAdmin();
  const parts = [
    { to: '/devices', label: t('app.devices'), id: 'devices' },
    ...(tenant ? [{ to: `/organisations/${tenant.id}`, label: t('nav.organisation'), id: 'organisation' }] : []),
    ...(platformAdmin ? [{ to: '/platform', label: t('nav.platform'), id: 'platform' }] : []),
  ];
  if (parts.length < 2) return null;
  return (
    <nav className={classes.parts} aria-label={t('nav.main')}>
      {parts.map(({ to, label, id }) => (
        <NavLink key={id} to={to} className={classes.part ?? ''} data-testid={`nav-${id}`}>
          {label}
        </NavLink>
      ))}
    </nav>
  );
}

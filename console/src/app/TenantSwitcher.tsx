import { Menu, UnstyledButton } from '@mantine/core';
import { IconCheck, IconSelector } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useLocation, useNavigate } from 'react-router';
import { chooseTenant, useCurrentTenant, useMyTenants } from '../api/currentTenant';
import classes from './TenantSwitcher.module.css';

/** Which organisation is worked for; only for people who are in several. */
export function TenantSwitcher() {
  const { t } = useTranslation();
  const tenants = useMyTenants();
  const current = useCurrentTenant();
  const navigate = useNavigate();
  const { pathname } = useLocation();
  if (tenants.length < 2 || !current) return null;
  const change = (tenant: number): void => {
    chooseTenant(tenant);
    // The same page of the other organisation; what is of one organisation only is left.
    const page = /^\/organisations\/\d+(\/.*)?$/.exec(pathname);
    if (page) void navigate(`/organisations/${tenant}${page[1] ?? ''}`);
    else if (pathname.startsWith('/devices')) void navigate('/devices');
    else if (pathname === '/alarms') void navigate('/alarms');
    else if (pathname === '/playback') void navigate('/playback');
  };
  return (
    <Menu position="bottom-start" width={260}>
      <Menu.Target>
        <UnstyledButton
          className={classes.target}
          aria-label={t('nav.switch', { name: current.name })}
          data-testid="tenant-switcher"
        >
          <span className={classes.name}>{current.name}</span>
          <IconSelector size={15} aria-hidden="true" />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown className={classes.list}>
        {tenants.map((tenant) => (
          <Menu.Item
            key={tenant.id}
            role="menuitemradio"
            aria-checked={tenant.id === current.id}
            rightSection={tenant.id === current.id && <IconCheck size={16} aria-hidden="true" />}
            onClick={() => {
              change(tenant.id);
            }}
            data-testid="tenant-choice"
          >
            {tenant.name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

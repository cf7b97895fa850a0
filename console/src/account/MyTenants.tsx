import { Badge, Group, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { MyTenant } from '../api/types';
import classes from './rows.module.css';

/** The organisations one belongs to, and as what. */
export function MyTenants({ tenants }: { tenants: MyTenant[] }) {
  const { t } = useTranslation();
  return (
    <ul className={classes.rows} data-testid="my-tenants">
      {tenants.map((tenant) => (
        <li key={tenant.id} className={classes.row}>
          <Text size="sm" fw={550} className={classes.main}>
            {tenant.name}
          </Text>
          <Group gap={8}>
            {!tenant.everywhere && (
              <Text size="xs" c="dimmed">
                {t('account.partly')}
              </Text>
            )}
            {tenant.role && (
              <Badge variant="default" tt="none" fw={500}>
                {t(`roles.${tenant.role}`)}
              </Badge>
            )}
          </Group>
        </li>
      ))}
    </ul>
  );
}

import { Group, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useIsPlatformAdmin, useMyTenants } from '../api/currentTenant';
import { useTenantInView } from '../devices/useTenantInView';
import { useTitle } from '../ui/useTitle';
import { AlarmsView } from './AlarmsView';
import { NoticeMenu } from './NoticeMenu';

/** The alarms of every device that one may see. */
export function AlarmsPage() {
  const { t } = useTranslation();
  useTitle(t('nav.alarms'));
  const tenant = useTenantInView();
  const severalTenants = useMyTenants().length > 1;
  const platformAdmin = useIsPlatformAdmin();
  return (
    <AlarmsView
      // Who sees but one organisation's need not ask for them: new ones are then put into the list as they come.
      tenant={severalTenants || platformAdmin || tenant.foreign ? tenant.id : undefined}
      choosable={tenant.id}
      head={(actions) => (
        <Group justify="space-between" align="center">
          <Title order={1} lts="-0.02em">
            {t('nav.alarms')}
          </Title>
          <Group gap="xs">
            {actions}
            <NoticeMenu />
          </Group>
        </Group>
      )}
    />
  );
}

import { Button, Group, Pill, Text, Title } from '@mantine/core';
import { IconPlus, IconQrcode } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { useDeviceCount } from '../api/devices';
import type { DeviceFilter } from '../api/queries';
import type { TenantInView } from './useTenantInView';

interface Props {
  filter: DeviceFilter;
  tenant: TenantInView;
  onAdd: (() => void) | undefined;
  onBind: (() => void) | undefined;
}

/** What the list shows, and the ways to bring devices in. */
export function DevicesHead({ filter, tenant, onAdd, onBind }: Props) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const total = useDeviceCount(filter.tenant === undefined ? {} : { tenant: filter.tenant });
  return (
    <Group justify="space-between" mih={40} gap="sm">
      <Group gap={10} align="baseline" wrap="nowrap" miw={0}>
        <Title order={1} lts="-0.02em">
          {t('devices.title')}
        </Title>
        {total !== undefined && total > 0 && (
          <Text c="dimmed" className="numbers" data-testid="device-total">
            {total.toLocaleString()}
          </Text>
        )}
        {tenant.foreign && tenant.name && (
          <Pill
            withRemoveButton
            removeButtonProps={{ 'aria-label': t('app.close'), 'aria-hidden': false, tabIndex: 0 }}
            onRemove={() => void navigate('/devices')}
          >
            {tenant.name}
          </Pill>
        )}
      </Group>
      <Group gap="sm" wrap="nowrap">
        {onBind && (
          <Button variant="default" leftSection={<IconQrcode size={17} />} onClick={onBind} data-testid="bind-device">
            {t('bind.title')}
          </Button>
        )}
        {onAdd && (
          <Button leftSection={<IconPlus size={17} />} onClick={onAdd} data-testid="add-device">
            {t('devices.add')}
          </Button>
        )}
      </Group>
    </Group>
  );
}

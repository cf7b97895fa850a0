import { Alert, Anchor, Button, Center, Group, Loader, Stack, Text, Title } from '@mantine/core';
import { IconChevronLeft } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { ApiError } from '../api/apiError';
import { useMyTenants } from '../api/currentTenant';
import { useDevice } from '../api/devices';
import type { Device } from '../api/types';
import { errorText } from '../i18n/errors';
import { PresenceDot } from '../ui/PresenceDot';
import { useTitle } from '../ui/useTitle';
import { DeviceMenu } from './DeviceMenu';
import classes from './DevicePage.module.css';
import { DeviceTabs } from './DeviceTabs';

export function DevicePage() {
  const { t } = useTranslation();
  const { loginCode = '' } = useParams();
  const device = useDevice(loginCode);
  useTitle(device.data?.name ?? loginCode);

  const missing = device.error instanceof ApiError && device.error.status === 404;
  // Keyed: another device is another page, with players of its own.
  if (device.data && !missing) return <DeviceView key={loginCode} device={device.data} />;
  if (device.isPending) {
    return (
      <Center mih="50vh">
        <Loader color="gray" size="sm" />
      </Center>
    );
  }
  return (
    <Center mih="50vh">
      <Stack align="center">
        <Text>{missing ? t('device.notFound') : `${t('device.failed')} ${errorText(t, device.error)}`}</Text>
        <Button component={Link} to="/devices" variant="default">
          {t('app.back')}
        </Button>
      </Stack>
    </Center>
  );
}

function DeviceView({ device }: { device: Device }) {
  const { t } = useTranslation();
  const name = device.name || device.login_code;
  const isMember = useMyTenants().some(({ id }) => id === device.tenant?.id);
  const foreign = device.tenant !== undefined && !isMember;
  const list = foreign ? `/devices?tenant=${device.tenant?.id ?? ''}` : '/devices';
  return (
    <Stack gap="md">
      <div>
        <Anchor component={Link} to={list} c="dimmed" size="sm" className={classes.back}>
          <IconChevronLeft size={15} aria-hidden="true" />
          {t('app.devices')}
        </Anchor>
        <Group justify="space-between" wrap="nowrap" align="center">
          <div className={classes.heading}>
            <Title order={1} lts="-0.02em" className={classes.name} data-testid="device-title">
              {name}
            </Title>
            <PresenceDot presence={device.presence} disabled={device.disabled} />
          </div>
          {device.permissions.includes('configure') && <DeviceMenu device={device} />}
        </Group>
      </div>
      {device.disabled && (
        <Alert variant="light" color="yellow">
          {t('device.disabledNote')}
        </Alert>
      )}
      <DeviceTabs device={device} />
    </Stack>
  );
}

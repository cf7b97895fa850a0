import { Button, Group, Loader, SimpleGrid, Stack, Text } from '@mantine/core';
import { IconCheck, IconEyeOff } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useDevice } from '../api/devices';
import type { CreatedDevice } from '../api/types';
import { CopyField } from '../ui/CopyField';
import { agentCommand } from './agentCommand';
import classes from './ConnectDevice.module.css';

interface Props {
  device: CreatedDevice;
  onAnother: () => void;
  onClose: () => void;
}

/** What a new device needs to connect, and the moment it does. */
export function ConnectDevice({ device, onAnother, onClose }: Props) {
  const { t } = useTranslation();
  const command = agentCommand({
    url: device.dap_url,
    loginCode: device.login_code,
    password: device.login_passwd,
  });
  return (
    <Stack>
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <CopyField label={t('add.code')} value={device.login_code} testId="new-login-code" />
        <CopyField label={t('add.password')} value={device.login_passwd} testId="new-login-passwd" />
      </SimpleGrid>
      <Group gap={10} wrap="nowrap" align="flex-start" className={classes.note}>
        <IconEyeOff size={18} aria-hidden="true" />
        <Text size="sm">{t('add.once')}</Text>
      </Group>
      <div>
        <CopyField block label={t('add.command')} value={command} testId="agent-command" />
        <Text size="xs" c="dimmed" mt={6}>
          {t('add.commandHint')}
        </Text>
      </div>
      <Arrival device={device} />
      <Group justify="flex-end">
        <Button variant="subtle" color="gray" onClick={onAnother}>
          {t('add.another')}
        </Button>
        <Button variant="default" onClick={onClose} data-testid="device-done">
          {t('add.done')}
        </Button>
      </Group>
    </Stack>
  );
}

/** Waits for the device; its presence is pushed. */
function Arrival({ device }: { device: CreatedDevice }) {
  const { t } = useTranslation();
  const online = useDevice(device.login_code).data?.presence === 'online';
  return (
    <div className={classes.arrival} data-online={online || undefined} role="status" data-testid="arrival">
      <span className={classes.sign} aria-hidden="true">
        {online ? <IconCheck size={20} stroke={2.5} /> : <Loader size={20} color="gray" />}
      </span>
      <div className={classes.words}>
        <Text fw={550} size="sm">
          {online ? t('add.arrived', { name: device.name || device.login_code }) : t('add.waiting')}
        </Text>
        {!online && (
          <Text size="xs" c="dimmed">
            {t('add.waitingHint')}
          </Text>
        )}
      </div>
      {online && (
        <Button
          component={Link}
          to={`/devices/${encodeURIComponent(device.login_code)}`}
          className={classes.watch}
          data-autofocus
          data-testid="watch-new-device"
        >
          {t('add.watch')}
        </Button>
      )}
    </div>
  );
}

import { Button, Group, Loader, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useDisclosure } from '@mantine/hooks';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../../api/apiError';
import { UNKNOWN_CAPABILITIES, refuses, useCapabilities } from '../../api/capabilities';
import { useDisk, useFormatDisk } from '../../api/maintenance';
import type { Disk } from '../../api/types';
import { Card } from '../../ui/Card';
import { ConfirmDialog } from '../../ui/ConfirmDialog';
import { Loaded } from '../../ui/Loaded';
import { type CardProps, wordOf } from './props';

export function DiskCard({ device, online }: CardProps) {
  const { t } = useTranslation();
  const disk = useDisk(device.login_code, online);
  const capabilities = useCapabilities(device.login_code).data ?? UNKNOWN_CAPABILITIES;
  const cannot = refuses(capabilities, 'FormatDisk');
  const format = useFormatDisk(device.login_code);
  const [asking, { open, close }] = useDisclosure();
  // The earlier edition has no way to ask; a card may be there all the same.
  const silent = disk.error instanceof ApiError && disk.error.code === 'not_supported';
  const state = disk.data?.state_name;
  return (
    <Card title={t('maintenance.disk')} text={t('maintenance.diskText')}>
      {silent ? (
        <Text size="sm" c="dimmed">
          {t('maintenance.diskSilent')}
        </Text>
      ) : (
        (online || disk.data) && <Loaded query={disk}>{(data) => <State disk={data} />}</Loaded>
      )}
      {cannot ? (
        <Text size="sm" c="dimmed">
          {t('tabs.noMethod', { method: 'FormatDisk' })}
        </Text>
      ) : (
        <Group gap="xs">
          <Button
            variant="light"
            color="red"
            disabled={!online || state === 'no_card' || state === 'formatting'}
            onClick={open}
            data-testid="format-disk"
          >
            {t('maintenance.format')}
          </Button>
        </Group>
      )}
      <ConfirmDialog
        opened={asking}
        title={t('maintenance.formatTitle', { name: wordOf(device) })}
        text={t('maintenance.formatText')}
        action={t('maintenance.format')}
        word={wordOf(device)}
        pending={format.isPending}
        error={format.error}
        onConfirm={() => {
          format.mutate(wordOf(device), {
            onSuccess: () => {
              notifications.show({ message: t('maintenance.formatBegun'), color: 'gray' });
              close();
            },
          });
        }}
        onClose={() => {
          format.reset();
          close();
        }}
      />
    </Card>
  );
}

function State({ disk }: { disk: Disk }) {
  const { t } = useTranslation();
  return (
    <Group gap={8} data-testid="disk-state" data-state={disk.state_name} role="status">
      {disk.state_name === 'formatting' && <Loader size={14} color="gray" />}
      <Text fw={550} {...(disk.state_name === 'faulty' ? { c: 'red' } : {})}>
        {diskText(t, disk)}
      </Text>
    </Group>
  );
}

function diskText(t: TFunction, { state, state_name: name }: Disk): string {
  if (name === 'ok' || name === 'no_card' || name === 'faulty' || name === 'formatting') {
    return t(`maintenance.diskStates.${name}`);
  }
  return t('maintenance.diskStates.unknown', { state });
}

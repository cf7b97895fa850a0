import { Button, Group, Menu } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconChevronDown } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useReboot } from '../../api/maintenance';
import { Card } from '../../ui/Card';
import { ConfirmDialog } from '../../ui/ConfirmDialog';
import { type CardProps, wordOf } from './props';

export function RestartCard({ device, online }: CardProps) {
  const { t } = useTranslation();
  const reboot = useReboot(device.login_code);
  const [asking, setAsking] = useState<{ channel?: number }>();
  const channels = device.channels.map(({ channel }) => channel).toSorted((a, b) => a - b);
  const word = wordOf(device);
  const what = asking?.channel === undefined ? word : t('device.channel', { number: asking.channel });
  const close = (): void => {
    reboot.reset();
    setAsking(undefined);
  };
  return (
    <Card title={t('maintenance.restart')} text={t('maintenance.restartText')}>
      <Group gap="xs">
        <Button
          variant="default"
          disabled={!online}
          onClick={() => {
            setAsking({});
          }}
          data-testid="reboot"
        >
          {t('maintenance.restartDevice')}
        </Button>
        {channels.length > 1 && (
          <Menu position="bottom-start" width={180}>
            <Menu.Target>
              <Button
                variant="default"
                disabled={!online}
                rightSection={<IconChevronDown size={15} />}
                data-testid="reboot-channel"
              >
                {t('maintenance.restartChannel')}
              </Button>
            </Menu.Target>
            <Menu.Dropdown mah={320} style={{ overflowY: 'auto' }}>
              {channels.map((channel) => (
                <Menu.Item
                  key={channel}
                  onClick={() => {
                    setAsking({ channel });
                  }}
                >
                  {t('device.channel', { number: channel })}
                </Menu.Item>
              ))}
            </Menu.Dropdown>
          </Menu>
        )}
      </Group>
      <ConfirmDialog
        opened={asking !== undefined}
        title={t('maintenance.restartTitle', { name: what })}
        text={t(asking?.channel === undefined ? 'maintenance.restartAsk' : 'maintenance.restartChannelAsk')}
        action={t('maintenance.restart')}
        word={word}
        pending={reboot.isPending}
        error={reboot.error}
        onConfirm={() => {
          reboot.mutate(
            { confirm: word, ...asking },
            {
              onSuccess: () => {
                notifications.show({ message: t('maintenance.restartBegun'), color: 'gray' });
                close();
              },
            },
          );
        }}
        onClose={close}
      />
    </Card>
  );
}

import { Button, Menu, Tooltip } from '@mantine/core';
import { IconCamera, IconChevronDown } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { refuses, UNKNOWN_CAPABILITIES, useCapabilities } from '../../api/capabilities';
import type { Device } from '../../api/types';
import { channelStateText, isUsable } from '../../devices/channels';
import { barredLook } from '../../ui/barred';

interface Props {
  device: Device;
  pending: boolean;
  onTake: (channel: number) => void;
}

/** Takes a picture; of which channel is asked where there are several. */
export function TakeButton({ device, pending, onTake }: Props) {
  const { t } = useTranslation();
  const capabilities = useCapabilities(device.login_code).data ?? UNKNOWN_CAPABILITIES;
  const channels = device.channels.toSorted((a, b) => a.channel - b.channel);
  const [first] = channels;
  const reason = refuses(capabilities, 'Snapshot')
    ? t('tabs.noMethod', { method: 'Snapshot' })
    : device.presence !== 'online' || !first
      ? t('error.device_offline')
      : undefined;
  const look = {
    leftSection: <IconCamera size={17} />,
    loading: pending,
    'data-testid': 'take-snapshot',
  };
  if (reason !== undefined || !first) {
    return (
      <Tooltip label={reason}>
        <Button {...look} {...barredLook(reason ?? '')}>
          {t('snapshots.take')}
        </Button>
      </Tooltip>
    );
  }
  if (channels.length === 1) {
    return (
      <Button
        {...look}
        onClick={() => {
          onTake(first.channel);
        }}
      >
        {t('snapshots.take')}
      </Button>
    );
  }
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button {...look} rightSection={<IconChevronDown size={15} />}>
          {t('snapshots.take')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {channels.map((channel) => (
          <Menu.Item
            key={channel.channel}
            disabled={!isUsable(channel)}
            onClick={() => {
              onTake(channel.channel);
            }}
          >
            {t('device.channel', { number: channel.channel })}
            {!isUsable(channel) && ` – ${channelStateText(t, channel)}`}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

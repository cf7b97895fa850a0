import { ActionIcon, Text, Tooltip } from '@mantine/core';
import { IconArrowsDiagonal, IconArrowsDiagonalMinimize2 } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useCapabilities } from '../api/capabilities';
import { mayWith } from '../api/currentTenant';
import type { Channel, Device } from '../api/types';
import { SteeredPlayer } from '../device/ptz/SteeredPlayer';
import { usePtz } from '../device/ptz/usePtz';
import classes from './ChannelGrid.module.css';
import { channelStateText } from './channels';

/** Every channel of the device, live. One can be enlarged; the others stay around it, and nothing is interrupted. */
export function ChannelGrid({ device }: { device: Device }) {
  const [enlarged, setEnlarged] = useState<number>();
  const channels = device.channels.toSorted((a, b) => a.channel - b.channel);
  const [only] = channels;
  if (only && channels.length === 1) {
    return (
      <div className={classes.single}>
        <Player device={device} channel={only} compact={false} />
      </div>
    );
  }
  return (
    <div className={classes.grid} data-enlarged={enlarged !== undefined || undefined} data-testid="channel-grid">
      {channels.map((channel) => (
        <Tile
          key={channel.channel}
          device={device}
          channel={channel}
          enlarged={channel.channel === enlarged}
          onToggle={() => {
            setEnlarged((before) => (before === channel.channel ? undefined : channel.channel));
          }}
        />
      ))}
    </div>
  );
}

interface TileProps {
  device: Device;
  channel: Channel;
  enlarged: boolean;
  onToggle: () => void;
}

function Tile({ device, channel, enlarged, onToggle }: TileProps) {
  const { t } = useTranslation();
  const number = channel.channel;
  const label = t(enlarged ? 'device.shrink' : 'device.enlarge', { number });
  return (
    <figure className={classes.tile} data-enlarged={enlarged || undefined}>
      <Player device={device} channel={channel} compact={!enlarged} />
      <figcaption className={classes.caption}>
        <Text component="span" size="sm" fw={550}>
          {t('device.channel', { number })}
        </Text>
        <Text component="span" size="sm" c="dimmed">
          {device.presence === 'online' ? channelStateText(t, channel) : t(`presence.${device.presence}`)}
        </Text>
        <span className={classes.space} />
        <Tooltip label={label}>
          <ActionIcon
            variant="subtle"
            color="gray"
            size="sm"
            aria-label={label}
            aria-pressed={enlarged}
            onClick={onToggle}
          >
            {enlarged ? <IconArrowsDiagonalMinimize2 size={16} /> : <IconArrowsDiagonal size={16} />}
          </ActionIcon>
        </Tooltip>
      </figcaption>
    </figure>
  );
}

function Player({ device, channel, compact }: { device: Device; channel: Channel; compact: boolean }) {
  const capabilities = useCapabilities(device.login_code).data;
  const ptz = usePtz(device.login_code, channel.channel);
  const steerable =
    device.presence === 'online' && mayWith('control', channel, device) && capabilities?.capabilities?.ptz === true;
  return <SteeredPlayer device={device} channel={channel} compact={compact} ptz={ptz} steerable={steerable} />;
}

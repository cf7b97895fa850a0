import { SegmentedControl, Select, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { mayWith } from '../../api/currentTenant';
import type { Channel, Device } from '../../api/types';
import { useTabDevice } from '../../devices/useTabDevice';
import { errorText } from '../../i18n/errors';
import { Presets } from './Presets';
import { PtzPanel } from './PtzPanel';
import classes from './PtzTab.module.css';
import { SteeredPlayer } from './SteeredPlayer';
import { usePtz } from './usePtz';

/** One picture with everything that turns its camera. */
export function PtzTab() {
  const { t } = useTranslation();
  const device = useTabDevice();
  const channels = device.channels
    .filter((channel) => mayWith('control', channel, device))
    .toSorted((a, b) => a.channel - b.channel);
  const [chosen, setChosen] = useState<number>();
  const channel = channels.find((one) => one.channel === chosen) ?? channels[0];
  if (!channel) {
    return (
      <Text c="dimmed" size="sm">
        {t('device.neverSeenText')}
      </Text>
    );
  }
  return (
    <>
      {channels.length > 1 && <ChannelChoice channels={channels} value={channel.channel} onChange={setChosen} />}
      {/* Keyed: another camera is steered by other hands. */}
      <Steer key={channel.channel} device={device} channel={channel} />
    </>
  );
}

function Steer({ device, channel }: { device: Device; channel: Channel }) {
  const { t } = useTranslation();
  const ptz = usePtz(device.login_code, channel.channel);
  const away = device.presence !== 'online';
  return (
    // The arrows steer wherever the focus is on this page, except in what uses them itself.
    // eslint-disable-next-line jsx-a11y/no-static-element-interactions
    <div className={classes.layout} onKeyDown={ptz.onKeyDown} data-testid="ptz" data-active={ptz.active}>
      <div className={classes.picture}>
        <SteeredPlayer device={device} channel={channel} compact={false} ptz={ptz} steerable={!away} />
        <Text size="sm" c="red" role="status" className={classes.error} data-testid="ptz-error">
          {ptz.error !== undefined && errorText(t, ptz.error)}
        </Text>
      </div>
      <div className={classes.side}>
        <PtzPanel ptz={ptz} disabled={away} />
        <Presets loginCode={device.login_code} channel={channel.channel} ptz={ptz} disabled={away} />
      </div>
    </div>
  );
}

interface ChoiceProps {
  channels: Channel[];
  value: number;
  onChange: (channel: number) => void;
}

/** Few stand side by side; many would not fit. */
function ChannelChoice({ channels, value, onChange }: ChoiceProps) {
  const { t } = useTranslation();
  const data = channels.map(({ channel }) => ({
    value: String(channel),
    label: t('device.channel', { number: channel }),
  }));
  const change = (next: string | null): void => {
    if (next !== null) onChange(Number(next));
  };
  return channels.length <= 3 ? (
    <SegmentedControl
      aria-label={t('device.channels')}
      value={String(value)}
      onChange={change}
      data={data}
      className={classes.choice}
      data-testid="channel-choice"
    />
  ) : (
    <Select
      aria-label={t('device.channels')}
      value={String(value)}
      onChange={change}
      data={data}
      allowDeselect={false}
      maw={240}
      data-testid="channel-choice"
    />
  );
}

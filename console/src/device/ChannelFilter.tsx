import { Select } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Device } from '../api/types';

interface Props {
  device: Device;
  value: number | undefined;
  onChange: (channel: number | undefined) => void;
}

/** Which channel a list is about; nothing where the device has but one. */
export function ChannelFilter({ device, value, onChange }: Props) {
  const { t } = useTranslation();
  if (device.channels.length < 2) return null;
  return (
    <Select
      aria-label={t('device.channels')}
      w={160}
      allowDeselect={false}
      data-testid="channel-filter"
      value={value === undefined ? 'all' : String(value)}
      onChange={(wanted) => {
        onChange(wanted === null || wanted === 'all' ? undefined : Number(wanted));
      }}
      data={[
        { value: 'all', label: t('records.allChannels') },
        ...numbersOf(device).map((number) => ({ value: String(number), label: t('device.channel', { number }) })),
      ]}
    />
  );
}

export function numbersOf(device: Device): number[] {
  return device.channels.map(({ channel }) => channel).toSorted((a, b) => a - b);
}

import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Device } from '../api/types';
import { agoText, dateText } from '../i18n/formats';
import { useNow } from '../ui/useNow';

/** How long ago the device was heard of. */
export function LastSeen({ device }: { device: Device }) {
  const { t, i18n } = useTranslation();
  const now = useNow(30_000);
  const seen = device.last_seen_at ? new Date(device.last_seen_at) : undefined;
  if (device.presence === 'online')
    return (
      <Text size="sm" component="span">
        {t('devices.now')}
      </Text>
    );
  return (
    <Text size="sm" component="span" c="dimmed" title={seen ? dateText(i18n.language, seen) : undefined}>
      {seen ? agoText(i18n.language, seen, now) : t('devices.never')}
    </Text>
  );
}

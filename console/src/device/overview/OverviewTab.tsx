import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { may, useMyTenants } from '../../api/currentTenant';
import { ChannelGrid } from '../../devices/ChannelGrid';
import { useTabDevice } from '../../devices/useTabDevice';
import { DeviceFacts } from './DeviceFacts';
import classes from './OverviewTab.module.css';
import { PresenceCard } from './PresenceCard';

/** What one sees first: the pictures, and what is known of the device. */
export function OverviewTab() {
  const { t } = useTranslation();
  const device = useTabDevice();
  const isMember = useMyTenants().some(({ id }) => id === device.tenant?.id);
  // Platform administrators see strangers' devices, and no pictures of them. Members may be let see single channels.
  const barred = device.tenant !== undefined && !isMember && !may('see_live', device);
  return (
    <div className={classes.layout}>
      <section aria-label={t('device.channels')} className={classes.pictures}>
        {barred ? (
          <div className={classes.nothing} data-testid="pictures-private">
            <Text fw={600} c="white">
              {t('private.title')}
            </Text>
            <Text size="sm" maw="30rem">
              {t('private.text', { name: device.tenant?.name ?? '' })}
            </Text>
          </div>
        ) : device.channels.length > 0 ? (
          <ChannelGrid device={device} />
        ) : (
          <div className={classes.nothing}>
            <Text fw={600} c="white">
              {t('device.neverSeenTitle')}
            </Text>
            <Text size="sm" maw="26rem">
              {t('device.neverSeenText')}
            </Text>
          </div>
        )}
      </section>
      <aside className={classes.facts} aria-label={t('device.about')}>
        <DeviceFacts device={device} />
        <PresenceCard loginCode={device.login_code} />
      </aside>
    </div>
  );
}

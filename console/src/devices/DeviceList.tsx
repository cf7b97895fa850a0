import { Skeleton, Text } from '@mantine/core';
import { IconChevronRight } from '@tabler/icons-react';
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { may } from '../api/currentTenant';
import { useGroups } from '../api/groups';
import type { Device } from '../api/types';
import { groupPath } from '../groups/tree';
import { PresenceDot } from '../ui/PresenceDot';
import { channelStateOf, isUsable } from './channels';
import classes from './DeviceList.module.css';
import { LastSeen } from './LastSeen';
import { Thumbnail } from './Thumbnail';
import { useRestingHover } from './useRestingHover';

interface Props {
  devices: Device[];
  /** Another page or search is on its way. */
  stale: boolean;
  /** Whose they are, if all are one organisation's. */
  tenant: number | undefined;
}

export function DeviceList({ devices, stale, tenant }: Props) {
  const { t } = useTranslation();
  const groups = useGroups(tenant).data?.items ?? [];
  return (
    <div className={classes.frame} data-stale={stale || undefined}>
      <div className={classes.head} aria-hidden="true">
        <span className={classes.headDevice}>{t('devices.column.device')}</span>
        <span>{t('devices.column.presence')}</span>
        <span>{t('devices.column.channels')}</span>
        <span className={classes.model}>{t('devices.column.model')}</span>
        <span className={classes.seen}>{t('devices.column.seen')}</span>
      </div>
      <ul className={classes.list} aria-label={t('devices.title')} data-testid="device-list">
        {devices.map((device) => (
          <Row key={device.login_code} device={device} group={groupPath(groups, device.group_id)} />
        ))}
      </ul>
    </div>
  );
}

const Row = memo(function Row({ device, group }: { device: Device; group: string }) {
  const live = device.presence === 'online' && device.channels.some((c) => channelStateOf(c) === 'live');
  const first = device.channels[0];
  const [resting, hover] = useRestingHover(400);
  // Looking at a picture costs a device with a battery some of it: there only who opens it sees it.
  const watchable = may('see_live', device) && !!first && isUsable(first);
  const preview = resting && device.presence === 'online' && device.battery == null && watchable;
  return (
    <li>
      <Link
        {...hover}
        to={`/devices/${encodeURIComponent(device.login_code)}`}
        className={classes.row}
        data-testid="device-row"
        data-login-code={device.login_code}
      >
        <span className={classes.picture}>
          <Thumbnail loginCode={device.login_code} channel={first?.channel ?? 0} live={live} preview={preview} />
        </span>
        <span className={classes.name}>
          <Text component="span" fw={550} truncate>
            {device.name || device.login_code}
          </Text>
          <Text component="span" size="xs" c="dimmed" ff="monospace" truncate>
            {device.login_code}
          </Text>
          {group && (
            <Text component="span" size="xs" c="dimmed" truncate>
              {group}
            </Text>
          )}
        </span>
        <span className={classes.presence}>
          <PresenceDot presence={device.presence} disabled={device.disabled} />
        </span>
        <span className={classes.channels}>
          <Channels device={device} />
        </span>
        <span className={classes.model}>
          <Text component="span" size="sm" truncate>
            {device.hardware_model ?? '–'}
          </Text>
          <Text component="span" size="xs" c="dimmed" truncate>
            {device.firmware_model}
          </Text>
        </span>
        <span className={classes.seen}>
          <LastSeen device={device} />
        </span>
        <IconChevronRight size={17} className={classes.chevron} aria-hidden="true" />
      </Link>
    </li>
  );
});

function Channels({ device }: { device: Device }) {
  const { t } = useTranslation();
  const total = device.channels.length;
  if (total === 0) {
    return (
      <Text component="span" size="sm" c="dimmed">
        {t('devices.noChannels')}
      </Text>
    );
  }
  const online = device.presence === 'online' ? device.channels.filter(isUsable).length : 0;
  return (
    <Text component="span" size="sm" className="numbers" c={online === 0 ? 'dimmed' : 'inherit'}>
      {t('devices.channelsOnline', { online, total })}
    </Text>
  );
}

export function DeviceListSkeleton() {
  return (
    <div className={classes.frame} aria-hidden="true">
      {Array.from({ length: 6 }, (_, i) => (
        <div key={i} className={classes.row}>
          <span className={classes.picture}>
            <Skeleton width="100%" style={{ aspectRatio: '16 / 9' }} />
          </span>
          <span className={classes.name}>
            <Skeleton height={14} width="55%" />
            <Skeleton height={10} width="35%" mt={8} />
          </span>
        </div>
      ))}
    </div>
  );
}

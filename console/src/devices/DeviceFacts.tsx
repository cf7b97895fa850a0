import { Text, Title } from '@mantine/core';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import type { Device } from '../api/types';
import { useMyTenants } from '../api/currentTenant';
import { useGroups } from '../api/groups';
import { groupPath } from '../groups/tree';
import { dateText } from '../i18n/formats';
import { CopyButton } from '../ui/CopyField';
import classes from './DeviceFacts.module.css';
import { LastSeen } from './LastSeen';

/** What is known about the device. What it never told is left out. */
export function DeviceFacts({ device }: { device: Device }) {
  const { t, i18n } = useTranslation();
  const groups = useGroups(device.group_id == null ? undefined : device.tenant?.id).data?.items ?? [];
  // Who knows but one organisation needs not be told which.
  const mine = useMyTenants();
  const knowsOne = mine.length === 1 && mine[0]?.id === device.tenant?.id;
  const rows: [string, string | undefined][] = [
    [t('nav.organisation'), knowsOne ? undefined : device.tenant?.name],
    [t('groups.choose'), groupPath(groups, device.group_id) || undefined],
    [t('device.hardware'), device.hardware_model ?? undefined],
    [t('device.firmware'), device.firmware_model ?? undefined],
    [t('device.sdk'), device.sdk ?? undefined],
    [t('device.address'), device.address ?? undefined],
    [t('device.battery'), device.battery == null ? undefined : `${device.battery} %`],
    [t('device.state'), device.state == null ? undefined : stateText(t, device.state)],
    [t('device.added'), dateText(i18n.language, new Date(device.created_at))],
  ];
  return (
    <aside className={classes.frame} aria-label={t('device.about')}>
      <Title order={2} className={classes.title}>
        {t('device.about')}
      </Title>
      <dl className={classes.facts}>
        <div className={classes.fact}>
          <dt>{t('device.code')}</dt>
          <dd className={classes.code}>
            <span data-testid="device-code">{device.login_code}</span>
            <CopyButton label={t('device.code')} value={device.login_code} />
          </dd>
        </div>
        <div className={classes.fact}>
          <dt>{t('device.seen')}</dt>
          <dd>
            <LastSeen device={device} />
          </dd>
        </div>
        {rows.map(
          ([name, value]) =>
            value && (
              <div key={name} className={classes.fact}>
                <dt>{name}</dt>
                <dd>
                  <Text size="sm" component="span">
                    {value}
                  </Text>
                </dd>
              </div>
            ),
        )}
      </dl>
    </aside>
  );
}

/** The device's own word on its state (DAP Keepalive `state`). */
function stateText(t: TFunction, state: number): string {
  if (state === 1 || state === 2 || state === 3) return t(`device.states.s${state}`);
  return t('device.states.other', { state });
}

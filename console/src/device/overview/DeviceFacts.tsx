import { Title } from '@mantine/core';
import type { TFunction } from 'i18next';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useMyTenants } from '../../api/currentTenant';
import { useDeviceInfo } from '../../api/deviceFacts';
import { useGroups } from '../../api/groups';
import type { Device } from '../../api/types';
import { LastSeen } from '../../devices/LastSeen';
import { groupPath } from '../../groups/tree';
import { agoText, bitrateText, dateText } from '../../i18n/formats';
import { CopyButton } from '../../ui/CopyField';
import { useNow } from '../../ui/useNow';
import { durationText } from '../duration';
import { Battery } from './Battery';
import classes from './DeviceFacts.module.css';

/** What is known about the device and its connection. What it never told is left out. */
export function DeviceFacts({ device }: { device: Device }) {
  const { t, i18n } = useTranslation();
  const groups = useGroups(device.group_id == null ? undefined : device.tenant?.id).data?.items ?? [];
  const told = useDeviceInfo(device).data;
  const info = told?.info ?? {};
  // Who knows but one organisation needs not be told which.
  const mine = useMyTenants();
  const knowsOne = mine.length === 1 && mine[0]?.id === device.tenant?.id;
  const battery = device.battery ?? info.battery;
  return (
    <>
      <Facts title={t('overview.connection')} note={told?.fetched_at && <Told at={told.fetched_at} />}>
        <Fact name={t('device.seen')}>
          <LastSeen device={device} />
        </Fact>
        {device.connected_at !== undefined && (
          <Fact name={t('overview.uptime')}>
            <Uptime since={device.connected_at} />
          </Fact>
        )}
        <Fact name={t('device.battery')}>{battery != null && <Battery percent={battery} />}</Fact>
        <Fact name={t('overview.wifi')}>{info.wifi_ssid}</Fact>
        <Fact name={t('overview.signal')}>
          {info.wifi_signal !== undefined && <span className="numbers">{info.wifi_signal} %</span>}
        </Fact>
        <Fact name={t('overview.up')}>{info.up_bandwidth !== undefined && bitrateText(info.up_bandwidth)}</Fact>
        <Fact name={t('overview.down')}>{info.down_bandwidth !== undefined && bitrateText(info.down_bandwidth)}</Fact>
        <Fact name={t('device.address')}>{device.address}</Fact>
        <Fact name={t('overview.localAddress')}>{info.ip_addr}</Fact>
        <Fact name={t('overview.mac')}>{info.mac_addr !== NO_MAC && info.mac_addr}</Fact>
      </Facts>
      <Facts title={t('device.about')}>
        <div className={classes.fact}>
          <dt>{t('device.code')}</dt>
          <dd className={classes.code}>
            <span data-testid="device-code">{device.login_code}</span>
            <CopyButton label={t('device.code')} value={device.login_code} />
          </dd>
        </div>
        <Fact name={t('nav.organisation')}>{!knowsOne && device.tenant?.name}</Fact>
        <Fact name={t('groups.choose')}>{groupPath(groups, device.group_id)}</Fact>
        <Fact name={t('device.state')}>{device.state != null && stateText(t, device.state)}</Fact>
        <Fact name={t('device.hardware')}>{device.hardware_model ?? info.hardware_model}</Fact>
        <Fact name={t('device.firmware')}>{device.firmware_model ?? info.firmware_model}</Fact>
        <Fact name={t('overview.upgraded')}>{upgradeText(info.last_upgrade_datetime)}</Fact>
        <Fact name={t('device.sdk')}>{device.sdk}</Fact>
        <Fact name={t('device.added')}>{dateText(i18n.language, new Date(device.created_at))}</Fact>
      </Facts>
    </>
  );
}

/** Devices that have no such thing say so. */
const NO_MAC = '00:00:00:00:00:00';

/** In the device's own time. Of the epoch: it was never upgraded. */
function upgradeText(datetime: string | undefined): string | undefined {
  return datetime === undefined || datetime.startsWith('1970-01-01') ? undefined : datetime.replace('T', ' ');
}

function Facts({ title, note, children }: { title: string; note?: ReactNode; children: ReactNode }) {
  return (
    <section className={classes.frame} aria-label={title}>
      <Title order={2} className={classes.title}>
        {title}
      </Title>
      <dl className={classes.facts}>{children}</dl>
      {note}
    </section>
  );
}

/** One line; none where nothing is known. */
function Fact({ name, children }: { name: string; children: ReactNode }) {
  if (children === undefined || children === null || children === false || children === '') return null;
  return (
    <div className={classes.fact}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** Counts on while one looks. */
function Uptime({ since }: { since: string }) {
  const { i18n } = useTranslation();
  const now = useNow(1000);
  const seconds = (now.getTime() - Date.parse(since)) / 1000;
  return (
    <span className="numbers" data-testid="uptime" title={dateText(i18n.language, new Date(since))}>
      {durationText(i18n.language, seconds)}
    </span>
  );
}

const OLD_MS = 120_000;

/** Says so where the device was not asked lately. */
function Told({ at }: { at: string }) {
  const { t, i18n } = useTranslation();
  const now = useNow(30_000);
  const when = new Date(at);
  if (now.getTime() - when.getTime() < OLD_MS) return null;
  return <p className={classes.note}>{t('overview.asOf', { ago: agoText(i18n.language, when, now) })}</p>;
}

/** The device's own word on its state (DAP Keepalive `state`). */
function stateText(t: TFunction, state: number): string {
  if (state === 1 || state === 2 || state === 3) return t(`device.states.s${state}`);
  return t('device.states.other', { state });
}

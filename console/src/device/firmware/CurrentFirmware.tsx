import { Progress, Text } from '@mantine/core';
import { IconAlertTriangle, IconCheck } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { Device, Upgrade } from '../../api/types';
import { isOver, isRunning, overallProgress } from '../../firmware/upgrades';
import { useNow } from '../../ui/useNow';
import classes from './CurrentFirmware.module.css';

/** How long the end of an upgrade stays in view, ms. */
const NEWS_MS = 15 * 60_000;

/** What the device runs; while it gets something else, how far it is. */
export function CurrentFirmware({ device, last }: { device: Device; last: Upgrade | undefined }) {
  const { t } = useTranslation();
  const now = useNow(30_000);
  const fresh = last?.ended_at !== undefined && now.getTime() - Date.parse(last.ended_at) < NEWS_MS;
  return (
    <section className={classes.frame} aria-label={t('firmware.now')}>
      <dl className={classes.facts}>
        <div>
          <dt>{t('device.hardware')}</dt>
          <dd>{device.hardware_model ?? '–'}</dd>
        </div>
        <div>
          <dt>{t('device.firmware')}</dt>
          <dd data-testid="firmware-now">{device.firmware_model ?? '–'}</dd>
        </div>
      </dl>
      {last && (isRunning(last) || fresh) && <UpgradeState upgrade={last} />}
    </section>
  );
}

function UpgradeState({ upgrade }: { upgrade: Upgrade }) {
  const { t } = useTranslation();
  const over = isOver(upgrade);
  const waiting = upgrade.state === 'requested' || upgrade.state === 'done';
  const percent = Math.round(overallProgress(upgrade));
  return (
    <div className={classes.upgrade} data-testid="upgrade" data-state={upgrade.state} data-progress={upgrade.progress}>
      <div className={classes.state} role="status" data-over={over}>
        {over === 'well' && <IconCheck size={18} aria-hidden="true" />}
        {over === 'badly' && <IconAlertTriangle size={18} aria-hidden="true" />}
        <Text fw={550}>
          {t(`firmware.state.${upgrade.state}`, { version: upgrade.to, progress: upgrade.progress })}
        </Text>
      </div>
      {!over && (
        <Progress
          value={waiting && percent === 0 ? 100 : percent}
          striped={waiting}
          animated={waiting}
          color={waiting ? 'gray' : 'ink'}
          aria-label={t('firmware.progress')}
        />
      )}
      {upgrade.error && (
        <Text size="sm" c="dimmed">
          {upgrade.error}
        </Text>
      )}
      {!over && (
        <Text size="sm" c="dimmed">
          {t('firmware.keepPower')}
        </Text>
      )}
    </div>
  );
}

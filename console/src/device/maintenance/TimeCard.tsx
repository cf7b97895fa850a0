import { Button, Group, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useDeviceTime, useSyncTime } from '../../api/maintenance';
import type { DeviceTime } from '../../api/types';
import { Card } from '../../ui/Card';
import { Loaded } from '../../ui/Loaded';
import { useNow } from '../../ui/useNow';
import { zoneText } from '../config/controls';
import { durationText } from '../duration';
import { clockNow, skewOf } from './clock';
import classes from './MaintenanceTab.module.css';
import type { CardProps } from './props';
import { useTold } from './useTold';

export function TimeCard({ device, online }: CardProps) {
  const { t } = useTranslation();
  const time = useDeviceTime(device.login_code, online);
  const sync = useSyncTime(device.login_code);
  const told = useTold(t('maintenance.timeSet'));
  return (
    <Card title={t('maintenance.time')} text={t('maintenance.timeText')}>
      {(online || time.data) && (
        <Loaded query={time}>{(data) => <Clock time={data} saidAtMs={time.dataUpdatedAt} running={online} />}</Loaded>
      )}
      <Group gap="xs">
        <Button
          variant="default"
          disabled={!online}
          loading={sync.isPending}
          onClick={() => {
            sync.mutate(undefined, told);
          }}
          data-testid="sync-time"
        >
          {t('maintenance.setTime')}
        </Button>
      </Group>
    </Card>
  );
}

function Clock({ time, saidAtMs, running }: { time: DeviceTime; saidAtMs: number; running: boolean }) {
  const { t, i18n } = useTranslation();
  const now = useNow(500);
  const clock = clockNow(time.datetime, saidAtMs, running ? now.getTime() : saidAtMs);
  const skew = time.skew_s === undefined ? undefined : skewOf(time.skew_s);
  return (
    <div data-testid="device-time" data-skew-s={time.skew_s}>
      <div className={classes.clock}>{clock?.time ?? time.datetime}</div>
      <Text size="sm" c="dimmed">
        {clock?.date}
        {time.tz !== undefined && ` · ${zoneText(time.tz)}`}
      </Text>
      {skew && (
        <Text size="sm" c={skew.kind === 'agrees' ? 'dimmed' : 'orange'} mt={4}>
          {skew.kind === 'agrees'
            ? t('maintenance.skew.agrees')
            : t(`maintenance.skew.${skew.kind}`, { time: durationText(i18n.language, skew.seconds) })}
        </Text>
      )}
    </div>
  );
}

import { Button, Group, Select, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { refuses, UNKNOWN_CAPABILITIES, useCapabilities } from '../../api/capabilities';
import { mayWith } from '../../api/currentTenant';
import { useKeepAwake, useReschedule } from '../../api/maintenance';
import { Card } from '../../ui/Card';
import { durationText } from '../duration';
import type { CardProps } from './props';
import { useTold } from './useTold';

const AWAKE_S = [60, 300, 900, 1800, 3600];

/** Devices with a battery sleep; for a while they need not. */
export function AwakeCard({ device, online }: CardProps) {
  const { t, i18n } = useTranslation();
  const capabilities = useCapabilities(device.login_code).data ?? UNKNOWN_CAPABILITIES;
  const [seconds, setSeconds] = useState(300);
  const [chosen, setChosen] = useState<number>();
  const awake = useKeepAwake(device.login_code);
  const told = useTold(t('maintenance.awakeDone', { time: durationText(i18n.language, seconds) }));
  const channels = device.channels
    .filter((one) => mayWith('control', one, device))
    .map(({ channel }) => channel)
    .toSorted((a, b) => a - b);
  const channel = channels.find((one) => one === chosen) ?? channels[0];
  if (channels.length === 0) return null;
  return (
    <Card title={t('maintenance.awake')} text={t('maintenance.awakeText')}>
      {refuses(capabilities, 'KeepAwaken') ? (
        <Text size="sm" c="dimmed">
          {t('tabs.noMethod', { method: 'KeepAwaken' })}
        </Text>
      ) : (
        <Group gap="xs">
          {channels.length > 1 && (
            <Select
              w={130}
              aria-label={t('device.channels')}
              data={channels.map((one) => ({ value: String(one), label: t('device.channel', { number: one }) }))}
              value={String(channel)}
              allowDeselect={false}
              disabled={!online}
              onChange={(next) => {
                setChosen(Number(next));
              }}
            />
          )}
          <Select
            w={120}
            aria-label={t('maintenance.howLong')}
            data={AWAKE_S.map((value) => ({ value: String(value), label: durationText(i18n.language, value) }))}
            value={String(seconds)}
            allowDeselect={false}
            disabled={!online}
            onChange={(next) => {
              setSeconds(Number(next));
            }}
          />
          <Button
            variant="default"
            disabled={!online || channel === undefined}
            loading={awake.isPending}
            onClick={() => {
              if (channel !== undefined) awake.mutate({ channel, seconds }, told);
            }}
            data-testid="keep-awake"
          >
            {t('maintenance.keepAwake')}
          </Button>
        </Group>
      )}
    </Card>
  );
}

/** For after a move of the cloud: the device asks anew which server is its own. */
export function ReconnectCard({ device, online }: CardProps) {
  const { t } = useTranslation();
  const reschedule = useReschedule(device.login_code);
  const told = useTold(t('maintenance.reconnectDone'));
  return (
    <Card title={t('maintenance.reconnect')} text={t('maintenance.reconnectText')}>
      <Button
        variant="default"
        disabled={!online}
        loading={reschedule.isPending}
        onClick={() => {
          reschedule.mutate(undefined, told);
        }}
        data-testid="reschedule"
      >
        {t('maintenance.reconnectAction')}
      </Button>
    </Card>
  );
}

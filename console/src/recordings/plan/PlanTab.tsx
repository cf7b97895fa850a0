import { Button, Group, NumberInput, SegmentedControl, Select, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { UNKNOWN_CAPABILITIES, useCapabilities } from '../../api/capabilities';
import { useRecording, useSetPlan, WEEK } from '../../api/recordPlans';
import type { ChannelRecording, Device, RecordMode } from '../../api/types';
import { useTabDevice } from '../../devices/useTabDevice';
import { Card } from '../../ui/Card';
import { Failure } from '../../ui/Failure';
import { Loaded } from '../../ui/Loaded';
import { PageHead } from '../../ui/PageHead';
import { NoRows } from '../../ui/Rows';
import { StateText } from '../RecordingState';
import { formOf, isSameForm, type PlanForm, planOf } from './planForm';
import classes from './PlanTab.module.css';
import { emptyWeek, minutesOnIn, weekOf } from './week';
import { WeekGrid } from './WeekGrid';

/** When the channels of a device are recorded. */
export default function PlanTab() {
  const { t } = useTranslation();
  const device = useTabDevice();
  const recording = useRecording(device.login_code);
  const [channel, setChannel] = useState<number>();
  return (
    <Stack>
      <Loaded query={recording}>
        {(items) => {
          const sorted = items.toSorted((a, b) => a.channel - b.channel);
          const item = sorted.find((one) => one.channel === channel) ?? sorted[0];
          if (!item) return <NoRows>{t('plan.noChannels')}</NoRows>;
          return (
            <>
              <PageHead title={t('plan.title')} text={t('plan.text')}>
                {sorted.length > 1 && (
                  <SegmentedControl
                    size="xs"
                    aria-label={t('device.channels')}
                    value={String(item.channel)}
                    onChange={(next) => {
                      setChannel(Number(next));
                    }}
                    data={sorted.map((one) => ({
                      value: String(one.channel),
                      label: t('device.channel', { number: one.channel }),
                    }))}
                    data-testid="plan-channel"
                    style={{ maxWidth: '100%', overflowX: 'auto' }}
                  />
                )}
              </PageHead>
              {/* Keyed: another channel, or another plan than the one that was edited, is another form. */}
              <Plan
                key={`${item.channel} ${JSON.stringify(item.plan ?? null)}`}
                device={device}
                item={item}
                channels={sorted.map((one) => one.channel)}
              />
            </>
          );
        }}
      </Loaded>
    </Stack>
  );
}

interface PlanProps {
  device: Device;
  item: ChannelRecording;
  channels: number[];
}

const MODES: RecordMode[] = ['off', 'always', 'schedule', 'alarm'];

function Plan({ device, item, channels }: PlanProps) {
  const { t } = useTranslation();
  const capabilities = useCapabilities(device.login_code).data ?? UNKNOWN_CAPABILITIES;
  const [saved] = useState(() => formOf(item.plan, Intl.DateTimeFormat().resolvedOptions().timeZone));
  const [form, setForm] = useState(saved);
  const set = useSetPlan(device.login_code);
  const changed = !isSameForm(form, saved);
  const change = (part: Partial<PlanForm>): void => {
    setForm((before) => ({ ...before, ...part }));
  };
  const save = async (numbers: number[]): Promise<void> => {
    const plan = planOf(form, item.plan);
    for (const channel of numbers) await set.mutateAsync({ channel, plan });
    notifications.show({ message: t(numbers.length > 1 ? 'plan.appliedToAll' : 'plan.saved'), color: 'gray' });
  };
  const records = capabilities.capabilities?.cloud_record === true;
  return (
    <Stack data-testid="plan" data-channel={item.channel}>
      <StateText state={item.state} off={(item.plan?.mode ?? 'off') === 'off'} />
      {item.state.problem?.message && (
        <Text size="sm" c="dimmed" data-testid="plan-problem">
          {item.state.problem.message}
        </Text>
      )}
      <Card title={t('plan.mode')} text={t(`plan.modeText.${form.mode}`)}>
        <SegmentedControl
          aria-label={t('plan.mode')}
          value={form.mode}
          onChange={(mode) => {
            change({ mode });
          }}
          data={MODES.map((mode) => ({ value: mode, label: t(`plan.modes.${mode}`) }))}
          data-testid="plan-mode"
          style={{ maxWidth: '100%', overflowX: 'auto' }}
        />
        {capabilities.known && !records && form.mode !== 'off' && (
          <Text size="sm" c="dimmed">
            {t('plan.fromLive')}
          </Text>
        )}
        {form.mode === 'schedule' && <Schedule form={form} onChange={change} />}
        {form.mode === 'alarm' && (
          <div className={classes.numbers}>
            <Amount
              label={t('plan.prerecord')}
              unit={t('plan.seconds')}
              max={60}
              value={form.prerecordSeconds}
              onChange={(prerecordSeconds) => {
                change({ prerecordSeconds });
              }}
              testId="plan-prerecord"
            />
            <Amount
              label={t('plan.tail')}
              unit={t('plan.seconds')}
              max={3600}
              value={form.tailSeconds}
              onChange={(tailSeconds) => {
                change({ tailSeconds });
              }}
              testId="plan-tail"
            />
          </div>
        )}
      </Card>
      <Card title={t('plan.keepDays')} text={t('plan.zeroForEver')}>
        <div className={classes.numbers}>
          <Amount
            label={t('plan.keepDays')}
            unit={t('plan.days')}
            max={3650}
            value={form.keepDays}
            onChange={(keepDays) => {
              change({ keepDays });
            }}
            testId="plan-keep-days"
          />
          <Amount
            label={t('plan.keepAlarmDays')}
            unit={t('plan.days')}
            max={3650}
            value={form.keepAlarmDays}
            onChange={(keepAlarmDays) => {
              change({ keepAlarmDays });
            }}
            testId="plan-keep-alarm-days"
          />
          <Amount
            label={t('plan.keepBytes')}
            unit="GB"
            max={1_000_000}
            decimals={2}
            value={form.keepGigabytes}
            onChange={(keepGigabytes) => {
              change({ keepGigabytes });
            }}
            testId="plan-keep-gigabytes"
          />
        </div>
      </Card>
      <Failure error={set.error} testId="plan-failure" />
      {(changed || channels.length > 1) && (
        <div className={classes.bar} data-changed={changed || undefined}>
          {channels.length > 1 && (
            <Button
              variant="default"
              loading={set.isPending}
              data-testid="plan-all"
              onClick={() => {
                save(channels).catch(() => undefined);
              }}
            >
              {t('plan.applyToAll')}
            </Button>
          )}
          {changed && (
            <>
              <Button
                variant="default"
                onClick={() => {
                  setForm(saved);
                }}
              >
                {t('plan.discard')}
              </Button>
              <Button
                loading={set.isPending}
                data-testid="plan-save"
                onClick={() => {
                  save([item.channel]).catch(() => undefined);
                }}
              >
                {t('plan.save')}
              </Button>
            </>
          )}
        </div>
      )}
    </Stack>
  );
}

interface ScheduleProps {
  form: PlanForm;
  onChange: (part: Partial<PlanForm>) => void;
}

const PRESETS = {
  all: weekOf([{ days: [...WEEK], from: '00:00', to: '24:00' }]),
  office: weekOf([{ days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '08:00', to: '18:00' }]),
  nights: weekOf([{ days: [...WEEK], from: '20:00', to: '06:00' }]),
  none: emptyWeek(),
};

function Schedule({ form, onChange }: ScheduleProps) {
  const { t } = useTranslation();
  const zones = useMemo(
    () => [...new Set(['UTC', form.timeZone, ...Intl.supportedValuesOf('timeZone')])],
    [form.timeZone],
  );
  return (
    <Stack gap="sm" className={classes.full ?? ''}>
      <Group justify="space-between" gap="xs">
        <Text size="sm" c="dimmed" className="numbers">
          {t('plan.hours', { hours: Math.round((minutesOnIn(form.week) / 60) * 10) / 10 })}
        </Text>
        <Group gap={6}>
          {(Object.keys(PRESETS) as (keyof typeof PRESETS)[]).map((name) => (
            <Button
              key={name}
              size="compact-xs"
              variant="default"
              onClick={() => {
                onChange({ week: PRESETS[name] });
              }}
            >
              {t(`plan.${name}`)}
            </Button>
          ))}
        </Group>
      </Group>
      <WeekGrid
        week={form.week}
        onChange={(week) => {
          onChange({ week });
        }}
      />
      <Text size="xs" c="dimmed">
        {t('plan.scheduleText')}
      </Text>
      <Select
        label={t('plan.timeZone')}
        searchable
        allowDeselect={false}
        w={280}
        maw="100%"
        limit={80}
        data={zones}
        value={form.timeZone}
        onChange={(timeZone) => {
          if (timeZone) onChange({ timeZone });
        }}
        data-testid="plan-time-zone"
      />
    </Stack>
  );
}

interface AmountProps {
  label: string;
  unit: string;
  value: number;
  max: number;
  decimals?: number;
  onChange: (value: number) => void;
  testId: string;
}

function Amount({ label, unit, value, max, decimals = 0, onChange, testId }: AmountProps) {
  return (
    <NumberInput
      className={classes.number ?? ''}
      label={label}
      suffix={` ${unit}`}
      min={0}
      max={max}
      decimalScale={decimals}
      allowNegative={false}
      value={value}
      onChange={(next) => {
        if (typeof next === 'number') onChange(next);
      }}
      data-testid={testId}
    />
  );
}

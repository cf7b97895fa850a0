import { Group, SegmentedControl, Select, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useDevice } from '../api/devices';
import { numbersOf } from '../device/ChannelFilter';
import { DeviceSelect } from '../devices/DeviceSelect';
import { toLocalInput } from '../ui/localTime';
import classes from './AlarmFilters.module.css';
import { ALARM_TYPES, alarmTypeText } from './alarmTypes';
import { type AlarmSearch, type AlarmSearchChange, SHOWN } from './useAlarmFilter';

interface Props {
  search: AlarmSearch;
  onChange: (change: AlarmSearchChange) => void;
  /** Among whose devices can be chosen; undefined: the page is about one, or about everybody's. */
  tenant?: number | undefined;
  /** The device that the page is about. */
  device?: string;
}

export function AlarmFilters({ search: { shown, filter }, onChange, tenant, device }: Props) {
  const { t } = useTranslation();
  return (
    <Group gap="xs">
      <SegmentedControl
        size="xs"
        aria-label={t('alarms.which')}
        value={shown}
        onChange={(show) => {
          onChange({ show: show === 'all' ? '' : show });
        }}
        data={SHOWN.map((value) => ({ value, label: t(`alarms.shown.${value}`) }))}
        data-testid="alarms-shown"
        className={classes.shown ?? ''}
      />
      {device === undefined && tenant !== undefined && (
        <DeviceSelect
          size="xs"
          tenant={tenant}
          aria-label={t('devices.column.device')}
          placeholder={t('alarms.anyDevice')}
          className={classes.field ?? ''}
          value={filter.login_code}
          onChange={(code) => {
            onChange({ device: code ?? '', channel: '' });
          }}
        />
      )}
      <ChannelChoice device={device ?? filter.login_code} value={filter.channel} onChange={onChange} />
      <Select
        size="xs"
        clearable
        aria-label={t('alarms.kind')}
        placeholder={t('alarms.anyKind')}
        className={classes.field ?? ''}
        maxDropdownHeight={320}
        data-testid="alarms-type"
        value={filter.type ?? null}
        onChange={(type) => {
          onChange({ type: type ?? '' });
        }}
        data={ALARM_TYPES.map(([type, type_name]) => ({
          value: type_name,
          label: alarmTypeText(t, { type, type_name }),
        }))}
      />
      {(['from', 'to'] as const).map((name) => (
        <TextInput
          key={name}
          size="xs"
          type="datetime-local"
          aria-label={t(`audit.${name}`)}
          leftSection={<span className={classes.end}>{t(`audit.${name}`)}</span>}
          leftSectionWidth={46}
          className={classes.time ?? ''}
          defaultValue={toLocalInput(filter[name])}
          onChange={(event) => {
            onChange({ [name]: event.currentTarget.value });
          }}
        />
      ))}
    </Group>
  );
}

interface ChannelProps {
  device: string | undefined;
  value: number | undefined;
  onChange: (change: AlarmSearchChange) => void;
}

/** Only of one device can a channel be meant. */
function ChannelChoice({ device: loginCode, value, onChange }: ChannelProps) {
  const { t } = useTranslation();
  const device = useDevice(loginCode ?? '', loginCode !== undefined).data;
  if (!device || device.channels.length < 2) return null;
  return (
    <Select
      size="xs"
      clearable
      aria-label={t('device.channels')}
      placeholder={t('records.allChannels')}
      className={classes.field ?? ''}
      value={value === undefined ? null : String(value)}
      onChange={(channel) => {
        onChange({ channel: channel ?? '' });
      }}
      data={numbersOf(device).map((number) => ({ value: String(number), label: t('device.channel', { number }) }))}
    />
  );
}

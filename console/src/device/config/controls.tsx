import { Chip, Group, NumberInput, Select, Slider, Switch, Text, TextInput } from '@mantine/core';
import type { TFunction } from 'i18next';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Json } from './document';
import {
  type Control,
  type DurationUnit,
  FONTS,
  LOG_LEVELS,
  POSITIONS,
  QUALITIES,
  timeText,
  timeValue,
  unitOf,
  UNITS_S,
  WEEKDAYS,
  ZONES,
} from './fields';
import { JsonControl } from './JsonControl';

export interface ControlProps {
  id: string;
  label: string;
  value: Json;
  /** `undefined`: what is typed makes no value. */
  onChange: (value: Json | undefined) => void;
  invalid: boolean;
}

/** What edits one value. */
export function ValueControl({ control, ...props }: ControlProps & { control: Control }) {
  const { t } = useTranslation();
  const { id, label, value, onChange } = props;
  switch (control) {
    case 'switch':
      return (
        <Switch
          id={id}
          checked={value === true}
          onChange={(event) => {
            onChange(event.currentTarget.checked);
          }}
        />
      );
    case 'percent':
      return <Percent {...props} />;
    case 'text':
      return (
        <TextInput
          id={id}
          value={textOf(value)}
          onChange={(event) => {
            onChange(event.currentTarget.value);
          }}
        />
      );
    case 'time':
      return <Time {...props} />;
    case 'duration':
      return <Duration {...props} />;
    case 'weekdays':
      return (
        <Chip.Group
          multiple
          value={value as string[]}
          onChange={(days) => {
            // In the order of the week, whatever the order of the clicks.
            onChange(WEEKDAYS.filter((day) => days.includes(day)));
          }}
        >
          <Group gap={6} role="group" aria-label={label}>
            {WEEKDAYS.map((day) => (
              <Chip key={day} value={day} size="xs" variant="outline">
                {t(`config.days.${day}`)}
              </Chip>
            ))}
          </Group>
        </Chip.Group>
      );
    case 'quality':
    case 'position':
    case 'log_level':
    case 'zone':
    case 'font':
      return <Choice {...props} options={optionsOf(t, control)} />;
    case 'json':
      return <JsonControl {...props} />;
  }
}

function textOf(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

interface Option {
  value: string | number;
  label: string;
}

function optionsOf(t: TFunction, control: 'quality' | 'position' | 'log_level' | 'zone' | 'font'): Option[] {
  switch (control) {
    case 'quality':
      return QUALITIES.map((value) => ({ value, label: t(`config.qualities.${value}`) }));
    case 'position':
      return POSITIONS.map((value) => ({ value, label: t(`config.positions.${value}`) }));
    case 'log_level':
      return LOG_LEVELS.map((value) => ({ value, label: t(`config.logLevels.l${value}`) }));
    case 'zone':
      return ZONES.map((value) => ({ value, label: zoneText(value) }));
    case 'font':
      return FONTS.map((value) => ({ value, label: t('config.fontNumber', { number: value }) }));
  }
}

export function zoneText(hours: number): string {
  return hours === 0 ? 'UTC' : `UTC${hours > 0 ? '+' : '−'}${Math.abs(hours)}`;
}

function Choice({ id, value, onChange, options }: ControlProps & { options: Option[] }) {
  // A device may have what the protocol does not name: it stays a choice.
  const all = options.some((option) => option.value === value)
    ? options
    : [...options, { value: value as string | number, label: textOf(value) }];
  return (
    <Select
      id={id}
      data={all.map((option) => ({ value: String(option.value), label: option.label }))}
      value={textOf(value)}
      allowDeselect={false}
      onChange={(chosen) => {
        const option = all.find((one) => String(one.value) === chosen);
        if (option) onChange(option.value);
      }}
    />
  );
}

function Percent({ label, value, onChange }: ControlProps) {
  return (
    <Group gap="md" wrap="nowrap">
      <Slider
        flex={1}
        min={0}
        max={100}
        label={null}
        thumbLabel={label}
        value={Number(value)}
        onChange={(next) => {
          onChange(next);
        }}
      />
      <Text component="span" size="sm" c="dimmed" className="numbers" miw="1.75rem" ta="end">
        {Number(value)}
      </Text>
    </Group>
  );
}

function Time({ id, value, onChange, invalid }: ControlProps) {
  const [before] = useState(value);
  return (
    <TextInput
      id={id}
      type="time"
      step={1}
      error={invalid}
      defaultValue={timeText(value) ?? ''}
      onChange={(event) => {
        onChange(timeValue(event.currentTarget.value, before));
      }}
    />
  );
}

function Duration({ id, value, onChange, invalid }: ControlProps) {
  const { t } = useTranslation();
  const [unit, setUnit] = useState<DurationUnit>(() => unitOf(Number(value)));
  const [count, setCount] = useState<number | string>(Number(value) / UNITS_S[unit]);
  const tell = (next: number | string, in_: DurationUnit): void => {
    const seconds = typeof next === 'number' ? next * UNITS_S[in_] : NaN;
    onChange(Number.isInteger(seconds) && seconds >= 0 ? seconds : undefined);
  };
  return (
    <Group gap="xs" wrap="nowrap">
      <NumberInput
        id={id}
        flex={1}
        error={invalid}
        min={0}
        allowNegative={false}
        allowDecimal={false}
        value={count}
        onChange={(next) => {
          setCount(next);
          tell(next, unit);
        }}
      />
      <Select
        w={110}
        aria-label={t('config.unit')}
        data={(Object.keys(UNITS_S) as DurationUnit[]).map((one) => ({ value: one, label: t(`config.units.${one}`) }))}
        value={unit}
        allowDeselect={false}
        onChange={(chosen) => {
          if (!chosen) return;
          setUnit(chosen);
          tell(count, chosen);
        }}
      />
    </Group>
  );
}

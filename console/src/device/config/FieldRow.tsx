import { ActionIcon, Text, Tooltip } from '@mantine/core';
import { IconArrowBackUp } from '@tabler/icons-react';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import { ValueControl } from './controls';
import { type Json, type Path, pathText, valueAt } from './document';
import classes from './FieldRow.module.css';
import type { Field } from './fields';
import type { ConfigForm } from './useConfigForm';

/** One value of the document with its name, its way back, and what the device said against it. */
export function FieldRow({ field, form }: { field: Field; form: ConfigForm }) {
  const { t } = useTranslation();
  const { path, control } = field;
  const key = pathText(path);
  const value = valueAt(form.edited, path);
  if (value === undefined) return null;
  const label = fieldLabel(t, field);
  const hint = field.name === 'encrypt' ? t('config.encryptHint') : undefined;
  const below = (others: readonly Path[]): boolean => others.some((other) => startsWith(other, path));
  const changed = below(form.pending.paths) || below(form.pending.removed) || form.invalid.has(key);
  const refusal = Object.entries(form.refusals).find(([at]) => at === key || at.startsWith(`${key}.`))?.[1];
  const problem =
    refusal ??
    (form.invalid.has(key)
      ? t(control === 'json' ? 'config.badJson' : 'config.missing')
      : below(form.pending.removed)
        ? t('config.removed')
        : undefined);
  const wide = control === 'json';
  return (
    <div
      className={classes.row}
      data-wide={wide || undefined}
      data-control={control}
      data-changed={changed || undefined}
      data-testid="config-field"
      data-path={key}
    >
      <div className={classes.label}>
        <Text
          component="label"
          size="sm"
          htmlFor={`config-${key}`}
          {...(field.name === undefined ? { ff: 'monospace', fz: '0.8125rem' } : {})}
        >
          {field.name === 'sensitivity' ? t('config.sensitivity') : label}
        </Text>
        {hint && (
          <Text size="xs" c="dimmed">
            {hint}
          </Text>
        )}
      </div>
      <div className={classes.control}>
        <ValueControl
          // Whoever takes a change back sees the old value, not what was typed.
          key={form.turn}
          id={`config-${key}`}
          label={label}
          control={control}
          value={value}
          invalid={problem !== undefined}
          onChange={(next) => {
            form.change(path, next);
          }}
        />
        {problem !== undefined && (
          <Text size="xs" c="red" role="alert" mt={4} data-testid="config-problem">
            {problem}
          </Text>
        )}
      </div>
      <Tooltip label={t('config.undo', { value: shortText(valueAt(form.base, path)) })} maw={280} multiline>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="sm"
          className={classes.undo}
          aria-label={t('config.undoField', { field: label })}
          onClick={() => {
            form.undo(path);
          }}
        >
          <IconArrowBackUp size={16} />
        </ActionIcon>
      </Tooltip>
    </div>
  );
}

export function fieldLabel(t: TFunction, { name, path, alarm }: Field): string {
  if (name === undefined) return path[0] === 'channls' ? path.slice(2).join('.') : path.join('.');
  if (alarm) {
    const what = t(`config.alarms.${alarm}`);
    return name === 'on' ? what : t('config.fields.sensitivity', { alarm: what });
  }
  // The same word means different things of different objects.
  if (name === 'on' && path.includes('switch_schedule')) return t('config.fields.scheduleOn');
  if (name === 'on' && path.includes('auto_reboot')) return t('config.fields.rebootOn');
  return t(`config.fields.${name}`, { alarm: '' });
}

function startsWith(path: Path, start: Path): boolean {
  return start.every((key, index) => path[index] === key);
}

function shortText(value: Json | undefined): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value ?? null);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

import { Text, Title } from '@mantine/core';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import { bitrateText } from '../../i18n/formats';
import classes from './ConfigSection.module.css';
import { type Json, type JsonObject, type Path, pathText, valueAt } from './document';
import { FieldRow } from './FieldRow';
import type { Field, FieldGroup, Section } from './fields';
import type { ConfigForm } from './useConfigForm';

/** The settings of one channel, or of the device as a whole. */
export function ConfigSection({ section, form, title }: { section: Section; form: ConfigForm; title?: string }) {
  const { t } = useTranslation();
  return (
    <section className={classes.section} aria-label={title ?? sectionTitle(t, section)}>
      {title && (
        <Title order={2} fz="1.0625rem" className={classes.heading}>
          {title}
        </Title>
      )}
      {section.groups.map((group) => (
        <Group key={group.name} group={group} form={form} />
      ))}
    </section>
  );
}

export function sectionTitle(t: TFunction, { channel }: Section): string {
  return channel === undefined ? t('config.device') : t('device.channel', { number: channel });
}

function Group({ group, form }: { group: FieldGroup; form: ConfigForm }) {
  const { t } = useTranslation();
  const title = t(`config.groups.${group.name}`);
  return (
    <div className={classes.group} role="group" aria-label={title} data-testid={`config-${group.name}`}>
      <Title order={3} fz="0.9375rem">
        {title}
      </Title>
      {group.name === 'other' && (
        <Text size="xs" c="dimmed" mt={2}>
          {t('config.otherText')}
        </Text>
      )}
      <div className={classes.fields}>
        {group.name === 'alarms'
          ? pairsOf(group.fields).map((pair) => (
              <div key={pair[0]?.alarm} className={classes.pair}>
                {pair.map((field) => (
                  <FieldRow key={pathText(field.path)} field={field} form={form} />
                ))}
              </div>
            ))
          : group.fields.map((field) => <FieldRow key={pathText(field.path)} field={field} form={form} />)}
      </div>
      {group.facts.length > 0 && <Facts document={form.base} facts={group.facts} />}
    </div>
  );
}

/** What belongs to one cause of alarms, side by side. */
function pairsOf(fields: Field[]): Field[][] {
  const kinds = new Set(fields.map(({ alarm }) => alarm));
  return [...kinds].map((kind) => fields.filter(({ alarm }) => alarm === kind));
}

/** What the device tells of itself and nobody can change. */
function Facts({ document, facts }: { document: JsonObject; facts: Path[] }) {
  const { t } = useTranslation();
  return (
    <dl className={classes.facts} aria-label={t('config.readOnly')}>
      {facts.map((path) => (
        <div key={pathText(path)} data-testid="config-fact" data-path={pathText(path)}>
          <dt>{factLabel(t, path)}</dt>
          <dd>{factText(t, path.at(-1) ?? '', valueAt(document, path) ?? null)}</dd>
        </div>
      ))}
    </dl>
  );
}

function factLabel(t: TFunction, path: Path): string {
  const key = path.at(-1) as keyof typeof FACT_UNITS;
  return t(`config.facts.${key}`);
}

/** Every read-only value of the protocol, with the unit it has. */
const FACT_UNITS = {
  encoder: '',
  width: 'px',
  height: 'px',
  fps: 'fps',
  bitrate: 'bit/s',
  gop: '',
  sample_rate: 'Hz',
  channel: '',
  bits_per_sample: 'bit',
  sample_per_frame: '',
  last_reboot: '',
} as const;

function factText(t: TFunction, key: string, value: Json): string {
  if (key === 'bitrate' && typeof value === 'number') return bitrateText(value);
  if (key === 'gop' && typeof value === 'number') return t('config.gopFrames', { frames: value });
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const unit = FACT_UNITS[key as keyof typeof FACT_UNITS];
  return unit && typeof value === 'number' ? `${text} ${unit}` : text;
}

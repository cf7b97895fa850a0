import type { TFunction } from 'i18next';
import { ApiError } from '../../api/apiError';
import { errorText } from '../../i18n/errors';
import { type Path, pathText } from './document';

/** What the device said against a change: at one field, or about all of it. */
export interface Refusal {
  /** By path. */
  fields: Record<string, string>;
  general?: string;
}

/** Finds the field that a refusal is about. `sent`: the values that were in the change. */
export function refusalOf(t: TFunction, error: unknown, sent: readonly Path[]): Refusal {
  if (!(error instanceof ApiError)) return { fields: {}, general: errorText(t, error) };
  // The cloud looks at what is sent, too, before the device does.
  if (!error.deviceError && error.code !== 'bad_config') return { fields: {}, general: errorText(t, error) };
  const field = fieldOf(error.field, sent);
  const text = error.deviceError
    ? reasonText(t, error.deviceError.code, withoutPath(error.deviceError.msg, error.field))
    : t('config.refused.withText', {
        reason: t('config.refused.outOfProtocol'),
        msg: withoutPath(error.message, error.field),
      });
  return field === undefined ? { fields: {}, general: text } : { fields: { [field]: text } };
}

/** The path of a value that was sent, at, above or below the one that the cloud names. */
function fieldOf(named: string | undefined, sent: readonly Path[]): string | undefined {
  const paths = sent.map(pathText);
  if (named === undefined) return paths.length === 1 ? paths[0] : undefined;
  return (
    paths.find((path) => path === named) ??
    paths.find((path) => path.startsWith(`${named}.`)) ??
    paths.find((path) => named.startsWith(`${path}.`))
  );
}

/** Devices may name the field in their text, too: beside the field that is noise. */
function withoutPath(msg: string, field: string | undefined): string {
  return field !== undefined && msg.startsWith(field) ? msg.slice(field.length).replace(/^[\s:,–-]+/, '') : msg;
}

function reasonText(t: TFunction, code: number, msg: string): string {
  const reason =
    code === 12
      ? t('config.refused.badValue')
      : code === 13
        ? t('config.refused.unsupported')
        : code === 102
          ? t('config.refused.noChannel')
          : t('config.refused.other', { code });
  return msg ? t('config.refused.withText', { reason, msg }) : reason;
}

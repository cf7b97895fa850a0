import type { TFunction } from 'i18next';
import type { Preset } from '../../api/types';

const LAST_ID = 255;

export function presetName(t: TFunction, { id, name }: Preset): string {
  return name || t('ptz.preset', { id });
}

/** The number that a new preset gets: from 1 on, as cameras count, and 0 only when there is no other. Undefined: all are taken. */
export function freePreset(presets: readonly Preset[]): number | undefined {
  const taken = new Set(presets.map(({ id }) => id));
  for (let id = 1; id <= LAST_ID; id += 1) if (!taken.has(id)) return id;
  return taken.has(0) ? undefined : 0;
}

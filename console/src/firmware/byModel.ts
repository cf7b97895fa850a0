import type { Firmware } from '../api/types';

/** Images sorted under the hardware that they are for, in the order of the alphabet; newest first within. */
export function byModel(images: Firmware[]): { model: string; items: Firmware[] }[] {
  const models = new Map<string, Firmware[]>();
  for (const image of images.toSorted((a, b) => Date.parse(b.created_at) - Date.parse(a.created_at))) {
    const items = models.get(image.hardware_model);
    if (items) items.push(image);
    else models.set(image.hardware_model, [image]);
  }
  return [...models]
    .map(([model, items]) => ({ model, items }))
    .toSorted((a, b) => a.model.localeCompare(b.model, undefined, { numeric: true }));
}

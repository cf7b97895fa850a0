import type { Device, Firmware, Upgrade, UpgradeState } from '../api/types';

const RUNNING: UpgradeState[] = ['requested', 'downloading', 'installing', 'done'];

/** It goes on: installed, too, as long as the device has not come back with the new version. */
export function isRunning({ state }: Pick<Upgrade, 'state'>): boolean {
  return RUNNING.includes(state);
}

export function isOver({ state }: Pick<Upgrade, 'state'>): 'well' | 'badly' | undefined {
  if (state === 'confirmed') return 'well';
  return state === 'error' || state === 'timed_out' ? 'badly' : undefined;
}

/** How full the bar is, percent: the device counts each of its two steps from 0 to 100. */
export function overallProgress({ state, progress }: Pick<Upgrade, 'state' | 'progress'>): number {
  const step = Math.min(100, Math.max(0, progress));
  switch (state) {
    case 'requested':
    case 'error':
    case 'timed_out':
      return 0;
    case 'downloading':
      return step / 2;
    case 'installing':
      return 50 + step / 2;
    case 'done':
    case 'confirmed':
      return 100;
  }
}

/** Images for the device's hardware, and the others. A device that never said what it is has none for it. */
export function sortedFor(device: Device, images: Firmware[]): { fitting: Firmware[]; others: Firmware[] } {
  const fits = (image: Firmware): boolean => image.hardware_model === device.hardware_model;
  const newest = images.toSorted((a, b) => Date.parse(b.created_at) - Date.parse(a.created_at));
  return { fitting: newest.filter(fits), others: newest.filter((image) => !fits(image)) };
}

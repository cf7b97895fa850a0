import { expect, it } from 'vitest';
import type { Device, Firmware, UpgradeState } from '../api/types';
import { byModel } from './byModel';
import { isOver, isRunning, overallProgress, sortedFor } from './upgrades';

function image(id: number, hardware_model: string, day: number): Firmware {
  return {
    id,
    hardware_model,
    firmware_model: `v${id}`,
    bytes: 1,
    sha256: '',
    notes: '',
    created_at: `2026-11-${day}T00:00:00Z`,
    created_by: 'admin',
  };
}

const IMAGES = [image(1, 'Dome 10', 10), image(2, 'Dome 4', 11), image(3, 'Dome 10', 12)];

it('sorts images under their hardware, newest first', () => {
  expect(byModel(IMAGES).map(({ model, items }) => [model, items.map(({ id }) => id)])).toEqual([
    ['Dome 4', [2]],
    ['Dome 10', [3, 1]],
  ]);
});

it('offers a device what is for its hardware; one that is unknown gets nothing by itself', () => {
  const device = { hardware_model: 'Dome 10' } as Device;
  expect(sortedFor(device, IMAGES).fitting.map(({ id }) => id)).toEqual([3, 1]);
  expect(sortedFor(device, IMAGES).others.map(({ id }) => id)).toEqual([2]);
  expect(sortedFor({} as Device, IMAGES).fitting).toEqual([]);
});

it('goes on until the device is back with the new version, or it went wrong', () => {
  const states: UpgradeState[] = ['requested', 'downloading', 'installing', 'done', 'confirmed', 'error', 'timed_out'];
  expect(states.filter((state) => isRunning({ state }))).toEqual(['requested', 'downloading', 'installing', 'done']);
  expect(states.map((state) => isOver({ state }))).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
    'well',
    'badly',
    'badly',
  ]);
  expect(overallProgress({ state: 'downloading', progress: 50 })).toBe(25);
  expect(overallProgress({ state: 'installing', progress: 50 })).toBe(75);
  expect(overallProgress({ state: 'installing', progress: 900 })).toBe(100);
});

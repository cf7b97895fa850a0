import { expect, it } from 'vitest';
import { isOn } from './alarms';
import type { Alarm } from './types';

const ALARM: Alarm = {
  id: 4,
  login_code: 'a',
  device_name: '',
  channel: 1,
  type: 3,
  type_name: 'motion',
  begin_at: '2026-11-29T10:00:00Z',
  text: '',
  has_picture: false,
};

it('knows which lists an alarm is on', () => {
  expect(isOn({}, ALARM)).toBe(true);
  expect(isOn({ login_code: 'a', channel: 1, type: 'motion', active: true, acknowledged: false }, ALARM)).toBe(true);
  expect(isOn({ login_code: 'b' }, ALARM)).toBe(false);
  expect(isOn({ channel: 0 }, ALARM)).toBe(false);
  expect(isOn({ active: true }, { ...ALARM, end_at: '2026-11-29T10:01:00Z' })).toBe(false);
  expect(isOn({ acknowledged: false }, { ...ALARM, acknowledged_at: '2026-11-29T10:01:00Z' })).toBe(false);
  expect(isOn({ type: 'face' }, ALARM)).toBe(false);
  // Those that stood in the time, at whatever time they began or ended.
  expect(isOn({ from: '2026-11-29T12:00:00Z' }, ALARM)).toBe(true);
  expect(isOn({ from: '2026-11-29T12:00:00Z' }, { ...ALARM, end_at: '2026-11-29T10:01:00Z' })).toBe(false);
  expect(isOn({ to: '2026-11-29T11:00:00+01:00' }, ALARM)).toBe(true);
  expect(isOn({ to: '2026-11-29T09:59:59Z' }, ALARM)).toBe(false);
});

it('leaves it to the cloud whether a new alarm is an organisation’s', () => {
  expect(isOn({ tenant: 1 }, ALARM)).toBe(false);
  expect(isOn({ tenant: 1 }, ALARM, false)).toBe(true);
});

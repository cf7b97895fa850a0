import { expect, it } from 'vitest';
import { alarmSearchOf } from './useAlarmFilter';

it('asks for what the address says, with times of this place', () => {
  const search = new URLSearchParams({
    show: 'unread',
    device: 'OVS1',
    channel: '0',
    type: 'motion',
    from: '2026-11-29T08:30',
    alarm: '17',
  });
  expect(alarmSearchOf(search)).toEqual({
    shown: 'unread',
    filter: {
      login_code: 'OVS1',
      channel: 0,
      type: 'motion',
      acknowledged: false,
      from: new Date(2026, 10, 29, 8, 30).toISOString(),
    },
    open: 17,
  });
});

it('leaves out what nobody can mean', () => {
  const search = new URLSearchParams({ show: 'some', channel: '-1', type: 'x', to: 'never', alarm: '' });
  expect(alarmSearchOf(search)).toEqual({ shown: 'all', filter: {}, open: undefined });
});

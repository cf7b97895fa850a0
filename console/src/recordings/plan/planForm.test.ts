import { expect, it } from 'vitest';
import { formOf, isSameForm, planOf } from './planForm';

it('keeps a plan as it was when nothing is changed', () => {
  const plan = {
    mode: 'schedule' as const,
    schedule: [{ days: ['mon' as const], from: '22:00', to: '24:00' }],
    time_zone: 'Europe/Berlin',
    prerecord_seconds: 5,
    tail_seconds: 20,
    keep_days: 7,
    keep_bytes: 2_500_000_000,
    keep_alarm_days: 0,
  };
  expect(planOf(formOf(plan, 'UTC'), plan)).toEqual(plan);
});

it('begins with what is usual', () => {
  const form = formOf(null, 'Asia/Shanghai');
  expect([form.mode, form.timeZone, form.keepDays]).toEqual(['off', 'Asia/Shanghai', 30]);
  expect(planOf({ ...form, mode: 'always' }, null)).toEqual({
    mode: 'always',
    prerecord_seconds: 10,
    tail_seconds: 30,
    keep_days: 30,
    keep_bytes: 0,
    keep_alarm_days: 90,
  });
});

it('does not forget the schedule while another mode is tried', () => {
  const plan = { mode: 'schedule' as const, schedule: [{ days: ['sun' as const], from: '01:00', to: '02:00' }] };
  expect(planOf({ ...formOf(plan, 'UTC'), mode: 'always' }, plan).schedule).toEqual(plan.schedule);
  expect(isSameForm(formOf(plan, 'UTC'), formOf(plan, 'UTC'))).toBe(true);
});

it('proposes a schedule where there never was one', () => {
  const form = formOf({ mode: 'always', schedule: [], time_zone: 'UTC' }, 'Europe/Berlin');
  expect(form.timeZone).toBe('Europe/Berlin');
  expect(form.week[0]).toEqual([[480, 1080]]);
  expect(formOf({ mode: 'schedule', schedule: [], time_zone: 'UTC' }, 'Europe/Berlin').week[0]).toEqual([]);
});

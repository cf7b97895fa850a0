import type { RecordMode, RecordPlan } from '../../api/types';
import { scheduleOf, type Week, weekOf } from './week';

/** A plan as it is edited. */
export interface PlanForm {
  mode: RecordMode;
  week: Week;
  timeZone: string;
  prerecordSeconds: number;
  tailSeconds: number;
  keepDays: number;
  keepGigabytes: number;
  keepAlarmDays: number;
}

/** What holds where nobody said otherwise. */
const USUAL = { prerecordSeconds: 10, tailSeconds: 30, keepDays: 30, keepGigabytes: 0, keepAlarmDays: 90 };

const WORKING_HOURS = [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'] as const, from: '08:00', to: '18:00' }];

export function formOf(plan: RecordPlan | null | undefined, hereZone: string): PlanForm {
  // The cloud says "no times, UTC" where there never was a schedule: who makes one begins with something more likely.
  const known = plan?.mode === 'schedule' || (plan?.schedule?.length ?? 0) > 0 ? plan : undefined;
  return {
    mode: plan?.mode ?? 'off',
    week: weekOf(known?.schedule ?? WORKING_HOURS.map((entry) => ({ ...entry, days: [...entry.days] }))),
    timeZone: known?.time_zone ?? hereZone,
    prerecordSeconds: plan?.prerecord_seconds ?? USUAL.prerecordSeconds,
    tailSeconds: plan?.tail_seconds ?? USUAL.tailSeconds,
    keepDays: plan?.keep_days ?? USUAL.keepDays,
    keepGigabytes: plan?.keep_bytes == null ? USUAL.keepGigabytes : plan.keep_bytes / 1e9,
    keepAlarmDays: plan?.keep_alarm_days ?? USUAL.keepAlarmDays,
  };
}

/** Only what the mode needs is sent beside how long footage is kept, so that nothing is changed that is not seen. */
export function planOf(form: PlanForm, before: RecordPlan | null | undefined): RecordPlan {
  return {
    mode: form.mode,
    ...(form.mode === 'schedule'
      ? { schedule: scheduleOf(form.week), time_zone: form.timeZone }
      : {
          ...(before?.schedule ? { schedule: before.schedule } : {}),
          ...(before?.time_zone ? { time_zone: before.time_zone } : {}),
        }),
    prerecord_seconds: form.prerecordSeconds,
    tail_seconds: form.tailSeconds,
    keep_days: form.keepDays,
    keep_bytes: Math.round(form.keepGigabytes * 1e9),
    keep_alarm_days: form.keepAlarmDays,
  };
}

export function isSameForm(a: PlanForm, b: PlanForm): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

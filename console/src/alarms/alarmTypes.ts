import {
  type Icon,
  IconAlertTriangle,
  IconBattery1,
  IconBell,
  IconEar,
  IconLineDashed,
  IconLockOpen,
  IconMoodCry,
  IconMoodSmile,
  IconPlug,
  IconRun,
  IconUser,
} from '@tabler/icons-react';
import type { TFunction } from 'i18next';
import type { AlarmTypeName } from '../api/alarms';
import type { Alarm } from '../api/types';

/** DAP's alarm types (section 4), in the order in which a person looks for them. */
export const ALARM_TYPES = [
  [3, 'motion'],
  [11, 'body'],
  [6, 'face'],
  [4, 'cross'],
  [10, 'doorbell'],
  [5, 'cry'],
  [7, 'voice'],
  [9, 'lock_picked'],
  [2, 'io'],
  [8, 'low_battery'],
] as const satisfies [number, AlarmTypeName][];

export const ALARM_ICONS: Record<AlarmTypeName, Icon> = {
  motion: IconRun,
  body: IconUser,
  face: IconMoodSmile,
  cross: IconLineDashed,
  doorbell: IconBell,
  cry: IconMoodCry,
  voice: IconEar,
  lock_picked: IconLockOpen,
  io: IconPlug,
  low_battery: IconBattery1,
  other: IconAlertTriangle,
};

/** A cloud that is newer than the console may know more types. */
export function knownType({ type_name }: Pick<Alarm, 'type_name'>): AlarmTypeName {
  return type_name in ALARM_ICONS ? (type_name as AlarmTypeName) : 'other';
}

export function alarmTypeText(t: TFunction, alarm: Pick<Alarm, 'type' | 'type_name'>): string {
  return t(`alarms.type.${knownType(alarm)}`, { type: alarm.type });
}

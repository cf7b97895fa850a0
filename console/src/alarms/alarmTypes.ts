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
import type { Alarm, AlarmTypeName } from '../api/records';

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

/** Signs of them. A cloud that is newer than the console may know more. */
export const ALARM_ICONS: Partial<Record<string, Icon>> & Record<AlarmTypeName, Icon> = {
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

export function alarmTypeText(t: TFunction, { type, type_name }: Pick<Alarm, 'type' | 'type_name'>): string {
  return type_name in ALARM_ICONS ? t(`alarms.type.${type_name}`, { type }) : t('alarms.type.other', { type });
}

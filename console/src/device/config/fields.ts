import { isObject, type Json, type JsonObject, type Path, valueAt } from './document';

/** How a known value is edited. What does not look as the protocol says is edited as JSON instead. */
export type Control =
  | 'switch'
  | 'percent'
  | 'text'
  /** Of the day: "HH:MM:SS", or seconds since midnight; kept as the device has it. */
  | 'time'
  /** Seconds. */
  | 'duration'
  | 'weekdays'
  | 'quality'
  | 'log_level'
  | 'zone'
  | 'font'
  | 'position'
  | 'json';

/** Names a known field, for its label. */
export type FieldName =
  | 'on'
  | 'quality'
  | 'encrypt'
  | 'horflip'
  | 'verflip'
  | 'sensitivity'
  | 'audio_out_volume'
  | 'trace'
  | 'start_time'
  | 'shutdown_time'
  | 'repeat'
  | 'osd_text'
  | 'font'
  | 'pos'
  | 'log_level'
  | 'tz'
  | 'led'
  | 'cycle'
  | 'start'
  | 'end';

export type AlarmKind = 'io' | 'face' | 'cry' | 'voice' | 'motion' | 'cross' | 'body';

export interface Field {
  path: Path;
  control: Control;
  /** Absent: it has no name but its key. */
  name?: FieldName;
  /** Which alarm it belongs to. */
  alarm?: AlarmKind;
}

export type GroupName =
  'general' | 'video' | 'audio' | 'image' | 'alarms' | 'schedule' | 'osd' | 'auto_reboot' | 'other';

export interface FieldGroup {
  name: GroupName;
  fields: Field[];
  /** Read-only: what the device tells of itself. */
  facts: Path[];
}

export interface Section {
  /** Absent: the device as a whole. */
  channel?: string;
  groups: FieldGroup[];
}

type Known = readonly [path: string, control: Control, name: FieldName];

const ALARMS: readonly AlarmKind[] = ['motion', 'body', 'face', 'cross', 'cry', 'voice', 'io'];

const CHANNEL: readonly (readonly [GroupName, readonly Known[]])[] = [
  [
    'general',
    [
      ['on', 'switch', 'on'],
      ['audio_out_volume', 'percent', 'audio_out_volume'],
      ['trace', 'switch', 'trace'],
    ],
  ],
  [
    'video',
    [
      ['video_encoding.quality', 'quality', 'quality'],
      // The two editions name it differently; a device has the one it speaks.
      ['video_encoding.encrypt', 'switch', 'encrypt'],
      ['video_encoding.rsk_encrypt', 'switch', 'encrypt'],
    ],
  ],
  [
    'image',
    [
      ['image.horflip', 'switch', 'horflip'],
      ['image.verflip', 'switch', 'verflip'],
    ],
  ],
  [
    'osd',
    [
      ['osd.text', 'text', 'osd_text'],
      ['osd.font', 'font', 'font'],
      ['osd.pos', 'position', 'pos'],
    ],
  ],
  ['audio', []],
  ['alarms', []],
  [
    'schedule',
    [
      ['switch_schedule.on', 'switch', 'on'],
      ['switch_schedule.start_time', 'time', 'start_time'],
      ['switch_schedule.shutdown_time', 'time', 'shutdown_time'],
      ['switch_schedule.repeat', 'weekdays', 'repeat'],
    ],
  ],
];

const DEVICE: readonly (readonly [GroupName, readonly Known[]])[] = [
  [
    'general',
    [
      ['tz', 'zone', 'tz'],
      ['led', 'switch', 'led'],
      ['log_level', 'log_level', 'log_level'],
    ],
  ],
  [
    'auto_reboot',
    [
      ['auto_reboot.on', 'switch', 'on'],
      ['auto_reboot.cycle', 'duration', 'cycle'],
      ['auto_reboot.start', 'time', 'start'],
      ['auto_reboot.end', 'time', 'end'],
    ],
  ],
];

/** What the protocol lets nobody write. */
const FACTS: Partial<Record<GroupName, readonly string[]>> = {
  video: ['encoder', 'width', 'height', 'fps', 'bitrate', 'gop'].map((key) => `video_encoding.${key}`),
  audio: ['encoder', 'sample_rate', 'channel', 'bitrate', 'bits_per_sample', 'sample_per_frame'].map(
    (key) => `audio_encoding.${key}`,
  ),
  auto_reboot: ['auto_reboot.last_reboot'],
};

const CHANNELS = 'channls';

/** The form that a document makes: the device's channels, then the device itself. Nothing that it holds is left out. */
export function sectionsOf(document: JsonObject): Section[] {
  const channels = document[CHANNELS];
  const sections: Section[] = isObject(channels)
    ? Object.keys(channels)
        .toSorted((a, b) => Number(a) - Number(b))
        .map((channel) => ({ channel, groups: groupsOf(document, [CHANNELS, channel], CHANNEL) }))
    : [];
  const skip = new Set(isObject(channels) ? [CHANNELS] : []);
  sections.push({ groups: groupsOf(document, [], DEVICE, skip) });
  return sections.filter(({ groups }) => groups.length > 0);
}

function groupsOf(document: JsonObject, at: Path, known: typeof CHANNEL, skip = new Set<string>()): FieldGroup[] {
  const shown = new Set(skip);
  const there = (relative: string): boolean => valueAt(document, [...at, ...relative.split('.')]) !== undefined;
  const groups = known.map(([name, fields]): FieldGroup => {
    const group: FieldGroup = { name, fields: [], facts: [] };
    for (const relative of FACTS[name] ?? []) {
      if (!there(relative)) continue;
      shown.add(relative);
      group.facts.push([...at, ...relative.split('.')]);
    }
    for (const [relative, control, label] of name === 'alarms' ? alarmFields() : fields) {
      if (!there(relative)) continue;
      shown.add(relative);
      const path = [...at, ...relative.split('.')];
      group.fields.push({
        path,
        control: fits(control, valueAt(document, path)) ? control : 'json',
        name: label,
        ...(name === 'alarms' ? { alarm: relative.split('.')[1] as AlarmKind } : {}),
      });
    }
    return group;
  });
  const rest = unknownIn(valueAt(document, at), at, at.length, shown);
  groups.push({ name: 'other', fields: rest.map((path) => ({ path, control: 'json' })), facts: [] });
  return groups.filter(({ fields, facts }) => fields.length + facts.length > 0);
}

function alarmFields(): Known[] {
  return ALARMS.flatMap((kind): Known[] => [
    [`alarms.${kind}.on`, 'switch', 'on'],
    [`alarms.${kind}.sensitivity`, 'percent', 'sensitivity'],
  ]);
}

/** What is shown nowhere else, as few values as hold it: an object of which nothing is known is one value. */
function unknownIn(value: Json | undefined, at: Path, from: number, shown: ReadonlySet<string>): Path[] {
  if (!isObject(value)) return [];
  return Object.keys(value).flatMap((key) => {
    const path = [...at, key];
    const relative = path.slice(from).join('.');
    if (shown.has(relative)) return [];
    const holdsShown = [...shown].some((known) => known.startsWith(`${relative}.`));
    if (holdsShown) return unknownIn(value[key], path, from, shown);
    // An empty frame, such as `alarms: {}`, says nothing.
    return isObject(value[key]) && Object.keys(value[key]).length === 0 && FRAMES.has(relative) ? [] : [path];
  });
}

const FRAMES = new Set([
  'video_encoding',
  'audio_encoding',
  'image',
  'alarms',
  'switch_schedule',
  'osd',
  'auto_reboot',
]);

/** Whether a value looks as the protocol says; else it is shown as it is. */
export function fits(control: Control, value: Json | undefined): boolean {
  switch (control) {
    case 'switch':
      return typeof value === 'boolean';
    case 'percent':
      return isWhole(value) && value >= 0 && value <= 100;
    case 'duration':
      return isWhole(value) && value >= 0;
    case 'text':
    case 'quality':
    case 'position':
      return typeof value === 'string';
    case 'log_level':
    case 'zone':
    case 'font':
      return isWhole(value);
    case 'time':
      return timeText(value) !== undefined;
    case 'weekdays':
      return Array.isArray(value) && value.every((day) => WEEKDAYS.includes(day as Weekday));
    case 'json':
      return true;
  }
}

function isWhole(value: Json | undefined): value is number {
  return typeof value === 'number' && Number.isInteger(value);
}

export const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;
export type Weekday = (typeof WEEKDAYS)[number];
export const QUALITIES = ['ld', 'sd', 'hd', 'fhd'] as const;
export const POSITIONS = ['top-left', 'top-right', 'bottom-left', 'bottom-right'] as const;
export const LOG_LEVELS = [0, 1, 2, 3, 4, 5] as const;
export const FONTS = [1, 2] as const;
export const ZONES = Array.from({ length: 27 }, (_, index) => index - 12);

const DAY_S = 86_400;

/** A time of the day for `<input type="time">`. */
export function timeText(value: Json | undefined): string | undefined {
  if (isWhole(value) && value >= 0 && value < DAY_S) {
    return [value / 3600, (value / 60) % 60, value % 60]
      .map((part) => String(Math.floor(part)).padStart(2, '0'))
      .join(':');
  }
  return typeof value === 'string' && /^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$/.test(value) ? value : undefined;
}

/** Back from the field, in the form in which the device had it. Undefined: the field is empty. */
export function timeValue(text: string, before: Json | undefined): Json | undefined {
  const [hours, minutes, seconds = 0] = text.split(':').map(Number);
  if (!text || hours === undefined || minutes === undefined) return undefined;
  if (typeof before === 'number') return hours * 3600 + minutes * 60 + seconds;
  return [hours, minutes, seconds].map((part) => String(part).padStart(2, '0')).join(':');
}

export type DurationUnit = 'day' | 'hour' | 'minute' | 'second';
export const UNITS_S: Record<DurationUnit, number> = { day: DAY_S, hour: 3600, minute: 60, second: 1 };

/** The largest unit in which a duration is a whole number. */
export function unitOf(seconds: number): DurationUnit {
  if (seconds === 0) return 'day';
  return (Object.keys(UNITS_S) as DurationUnit[]).find((unit) => seconds % UNITS_S[unit] === 0) ?? 'second';
}

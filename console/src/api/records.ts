/** What devices sent and did, as the cloud keeps it: the shapes of its answers. */

export interface Page<T> {
  items: T[];
  /** Where older ones begin; absent: there are none. */
  next?: number;
}

export interface Snapshot {
  id: number;
  channel: number;
  at: string;
  width: number;
  height: number;
  bytes: number;
  content_type: string;
}

export type AlarmTypeName =
  'io' | 'motion' | 'cross' | 'cry' | 'face' | 'voice' | 'low_battery' | 'lock_picked' | 'doorbell' | 'body' | 'other';

export interface Alarm {
  id: number;
  login_code: string;
  device_name: string;
  channel: number;
  type: number;
  type_name: AlarmTypeName;
  begin_at: string;
  end_at?: string;
  end_reason?: 'told' | 'bit_cleared' | 'timeout' | 'device_reset';
  text: string;
  has_picture: boolean;
  acknowledged_at?: string;
  acknowledged_by?: string;
}

export interface AlarmCount {
  unacknowledged: number;
  active: number;
  /** There are more than were counted. */
  more: boolean;
}

export type LogState = 'requested' | 'uploading' | 'done' | 'failed' | 'timed_out';

export interface DeviceLog {
  id: number;
  state: LogState;
  from: string;
  to: string;
  requested_at: string;
  finished_at?: string;
  bytes?: number;
  /** What is packed as zip can only be saved. */
  content_type?: string;
  error?: string;
  by?: string;
}

export interface Sound {
  id: number;
  name: string;
  bytes: number;
  content_type: string;
  created_at: string;
}

export interface AudioState {
  status: 'stopped' | 'pausing' | 'playing';
  url?: string;
  sound?: number;
}

export interface Firmware {
  id: number;
  /** Absent: the platform's, for everybody. */
  tenant?: number;
  hardware_model: string;
  firmware_model: string;
  bytes: number;
  sha256: string;
  notes: string;
  created_at: string;
  created_by: string;
}

export type UpgradeState = 'requested' | 'downloading' | 'installing' | 'done' | 'confirmed' | 'error' | 'timed_out';

export interface Upgrade {
  id: number;
  state: UpgradeState;
  /** Percent. */
  progress: number;
  from?: string;
  to: string;
  started_at: string;
  ended_at?: string;
  error?: string;
  by?: string;
}

export type CommandOutcome = 'ok' | 'refused' | 'timeout' | 'offline' | 'disconnected' | 'bad_answer' | 'busy' | 'sent';

export interface Command {
  id: number;
  at: string;
  by: { kind: 'user' | 'key' | 'cloud'; name?: string };
  method: string;
  kind: 'request' | 'event';
  params?: unknown;
  outcome: CommandOutcome;
  /** `code` is the device's own. */
  error?: { code?: number; msg: string };
  answer?: unknown;
  duration_ms?: number;
}

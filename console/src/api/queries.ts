import { QueryClient } from '@tanstack/react-query';
import { ApiError } from './apiError';
import type { AlarmFilter } from './alarms';
import type { AuditFilter } from './audit';
import type { Presence } from './types';

/** What the list of devices shows. */
export interface DeviceFilter {
  query: string;
  presence: Presence | undefined;
  /** Left out: those of every organisation that one may see. */
  tenant?: number;
  /** With the groups below it. */
  group?: number;
  /** Only those that no organisation holds. */
  unassigned?: boolean;
  page: number;
  pageSize: number;
}

export const keys = {
  me: ['me'] as const,
  mySessions: ['my-sessions'] as const,
  /** How the last session ended (see sessionState.ts). */
  sessionEnd: ['session-end'] as const,
  setupNeeded: ['setup-needed'] as const,
  invitation: (token: string) => ['invitation', token] as const,
  devices: ['devices'] as const,
  lists: ['devices', 'list'] as const,
  list: (filter: DeviceFilter) => ['devices', 'list', filter] as const,
  device: (loginCode: string) => ['devices', 'one', loginCode] as const,
  /** What else is known of every device, beside the facts in the lists. */
  ofDevices: ['device'] as const,
  /** One such matter: `capabilities`, `info`, `config`, … Presence does not make it untrue by itself. */
  ofDevice: (loginCode: string, what: string, ...further: unknown[]) =>
    ['device', loginCode, what, ...further] as const,
  tenants: ['tenants'] as const,
  tenantList: ['tenants', 'list'] as const,
  tenant: (tenant: number | undefined) => ['tenants', tenant] as const,
  ofTenant: (tenant: number | undefined, what: 'members' | 'invitations' | 'groups' | 'keys') =>
    ['tenants', tenant, what] as const,
  isGroups: (key: readonly unknown[]) => key[0] === 'tenants' && key[2] === 'groups',
  binds: ['binds'] as const,
  bind: (tenant: number, bind: number) => ['binds', tenant, bind] as const,
  audit: (filter: AuditFilter) => ['audit', filter] as const,
  users: ['users'] as const,
  allSnapshots: (loginCode: string) => ['device', loginCode, 'snapshots'] as const,
  snapshots: (loginCode: string, channel: number | undefined) =>
    ['device', loginCode, 'snapshots', { channel }] as const,
  allRecordings: (loginCode: string) => ['device', loginCode, 'recordings'] as const,
  recordings: (
    loginCode: string,
    channel: number,
    what: 'timeline' | 'days' | 'clips' | 'shares',
    ...further: unknown[]
  ) => ['device', loginCode, 'recordings', channel, what, ...further] as const,
  recordingState: (loginCode: string) => ['device', loginCode, 'recording'] as const,
  storage: ['storage'] as const,
  audio: (loginCode: string, channel: number) => ['device', loginCode, 'audio', channel] as const,
  upgrades: (loginCode: string) => ['device', loginCode, 'upgrades'] as const,
  deviceLogs: (loginCode: string) => ['device', loginCode, 'logs', 'list'] as const,
  deviceLog: (loginCode: string, id: number) => ['device', loginCode, 'logs', id] as const,
  commands: (loginCode: string) => ['device', loginCode, 'commands'] as const,
  commandList: (loginCode: string, method: string | undefined) =>
    ['device', loginCode, 'commands', { method }] as const,
  alarms: ['alarms'] as const,
  alarmLists: ['alarms', 'list'] as const,
  alarmList: (filter: AlarmFilter) => ['alarms', 'list', filter] as const,
  alarm: (id: number) => ['alarms', 'one', id] as const,
  alarmCount: ['alarms', 'count'] as const,
  sounds: (tenant: number | undefined) => ['sounds', tenant] as const,
  firmware: ['firmware'] as const,
  firmwareOf: (filter: { tenant?: number; hardware_model?: string }) => ['firmware', filter] as const,
  userList: (query: string, page: number) => ['users', query, page] as const,
};

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        // Changes are pushed (see events.ts); fetching again on every mount would only cost.
        staleTime: 30_000,
        refetchOnWindowFocus: false,
        retry: (attempts, error) =>
          !(error instanceof ApiError && error.status >= 400 && error.status < 500) && attempts < 3,
      },
    },
  });
}

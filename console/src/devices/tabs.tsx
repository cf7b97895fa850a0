import type { TFunction } from 'i18next';
import { lazy, type ReactNode } from 'react';
import type { RouteObject } from 'react-router';
import { type Capabilities, lacks, refuses } from '../api/capabilities';
import type { Permission } from '../api/types';
import { OverviewTab } from '../device/overview/OverviewTab';

const PtzTab = lazy(() => import('../device/ptz/PtzTab').then(({ PtzTab: page }) => ({ default: page })));
const ConfigTab = lazy(() => import('../device/config/ConfigTab').then(({ ConfigTab: page }) => ({ default: page })));
const MaintenanceTab = lazy(() =>
  import('../device/maintenance/MaintenanceTab').then(({ MaintenanceTab: page }) => ({ default: page })),
);
const RecordingsTab = lazy(() => import('../recordings/RecordingsTab'));
const PlanTab = lazy(() => import('../recordings/plan/PlanTab'));
const SnapshotsTab = lazy(() => import('../device/snapshots/SnapshotsTab'));
const AlarmsTab = lazy(() => import('../device/alarms/AlarmsTab'));
const AudioTab = lazy(() => import('../device/audio/AudioTab'));
const FirmwareTab = lazy(() => import('../device/firmware/FirmwareTab'));
const LogsTab = lazy(() => import('../device/logs/LogsTab'));
const CommandsTab = lazy(() => import('../device/commands/CommandsTab'));
const ProtocolTab = lazy(() =>
  import('../device/protocol/ProtocolTab').then(({ ProtocolTab: page }) => ({ default: page })),
);

/** One page of a device. What a tab shows is loaded when it is first opened: `lazy(() => import(…))`. */
export interface DeviceTab {
  /** Below `/devices/:loginCode`; empty for what is seen first. */
  path: string;
  label: (t: TFunction) => string;
  /** Who may not do this with the device does not see the tab. */
  permission: Permission;
  /** To be allowed it on one of the channels is enough. */
  ofChannels?: boolean;
  /** Why this device cannot do it, for a person: the tab is shown, and says so. */
  needs?: (capabilities: Capabilities, t: TFunction) => string | undefined;
  /** Gets the device by `useTabDevice()`. */
  element: ReactNode;
}

/** For `needs`: the device must know this method. */
function known(method: string): NonNullable<DeviceTab['needs']> {
  return (capabilities, t) => (refuses(capabilities, method) ? t('tabs.noMethod', { method }) : undefined);
}

/** In the order in which they are shown. */
export const DEVICE_TABS: DeviceTab[] = [
  { path: '', label: (t) => t('tabs.overview'), permission: 'view', element: <OverviewTab /> },
  {
    path: 'recordings',
    label: (t) => t('tabs.recordings'),
    permission: 'see_recordings',
    ofChannels: true,
    element: <RecordingsTab />,
  },
  {
    path: 'ptz',
    label: (t) => t('tabs.ptz'),
    permission: 'control',
    ofChannels: true,
    needs: (capabilities, t) => (lacks(capabilities, 'ptz') ? t('ptz.cannot') : undefined),
    element: <PtzTab />,
  },
  { path: 'snapshots', label: (t) => t('tabs.snapshots'), permission: 'view', element: <SnapshotsTab /> },
  { path: 'alarms', label: (t) => t('tabs.alarms'), permission: 'view', element: <AlarmsTab /> },
  {
    path: 'config',
    label: (t) => t('tabs.config'),
    permission: 'configure',
    needs: known('GetConfig'),
    element: <ConfigTab />,
  },
  { path: 'recording-plan', label: (t) => t('tabs.plan'), permission: 'configure', element: <PlanTab /> },
  {
    path: 'audio',
    label: (t) => t('tabs.audio'),
    permission: 'control',
    needs: (capabilities, t) =>
      lacks(capabilities, 'audio_out')
        ? t('sounds.noLoudspeaker')
        : refuses(capabilities, 'AudioOutPlay')
          ? t('tabs.noMethod', { method: 'AudioOutPlay' })
          : undefined,
    element: <AudioTab />,
  },
  { path: 'firmware', label: (t) => t('tabs.firmware'), permission: 'view', element: <FirmwareTab /> },
  { path: 'logs', label: (t) => t('tabs.logs'), permission: 'configure', element: <LogsTab /> },
  { path: 'commands', label: (t) => t('tabs.commands'), permission: 'configure', element: <CommandsTab /> },
  { path: 'maintenance', label: (t) => t('tabs.maintenance'), permission: 'configure', element: <MaintenanceTab /> },
  { path: 'protocol', label: (t) => t('tabs.protocol'), permission: 'call_any', element: <ProtocolTab /> },
];

/** The child routes of a device's page. */
export function deviceTabRoutes(): RouteObject[] {
  return DEVICE_TABS.map(({ path, element }) => (path ? { path, element } : { index: true, element }));
}

import type { TFunction } from 'i18next';
import { lazy, type ReactNode } from 'react';
import type { RouteObject } from 'react-router';
import { type Capabilities, lacks } from '../api/capabilities';
import type { Permission } from '../api/types';
import { OverviewTab } from '../device/overview/OverviewTab';

const PtzTab = lazy(() => import('../device/ptz/PtzTab').then(({ PtzTab: page }) => ({ default: page })));
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
  /** Why this device cannot do it, for a person: the tab is shown, and says so. */
  needs?: (capabilities: Capabilities, t: TFunction) => string | undefined;
  /** Gets the device by `useTabDevice()`. */
  element: ReactNode;
}

/** In the order in which they are shown. */
export const DEVICE_TABS: DeviceTab[] = [
  { path: '', label: (t) => t('tabs.overview'), permission: 'view', element: <OverviewTab /> },
  {
    path: 'ptz',
    label: (t) => t('tabs.ptz'),
    permission: 'control',
    needs: (capabilities, t) => (lacks(capabilities, 'ptz') ? t('ptz.cannot') : undefined),
    element: <PtzTab />,
  },
  { path: 'protocol', label: (t) => t('tabs.protocol'), permission: 'call_any', element: <ProtocolTab /> },
];

/** The child routes of a device's page. */
export function deviceTabRoutes(): RouteObject[] {
  return DEVICE_TABS.map(({ path, element }) => (path ? { path, element } : { index: true, element }));
}

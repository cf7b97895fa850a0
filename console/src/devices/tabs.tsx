import type { TFunction } from 'i18next';
import type { ReactNode } from 'react';
import type { RouteObject } from 'react-router';
import type { Capabilities } from '../api/capabilities';
import type { Permission } from '../api/types';
import { OverviewTab } from '../device/overview/OverviewTab';

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
];

/** The child routes of a device's page. */
export function deviceTabRoutes(): RouteObject[] {
  return DEVICE_TABS.map(({ path, element }) => (path ? { path, element } : { index: true, element }));
}

import { lazy } from 'react';
import { createBrowserRouter, Navigate } from 'react-router';
import { AccountPage } from '../account/AccountPage';
import { AlarmsPage } from '../alarms/AlarmsPage';
import { InvitePage } from '../auth/InvitePage';
import { OrganisationAuditPage, PlatformAuditPage } from '../audit/AuditPages';
import { LoginPage } from '../auth/LoginPage';
import { ResetPage } from '../auth/ResetPage';
import { SetupPage } from '../auth/SetupPage';
import { DevicePage } from '../devices/DevicePage';
import { DevicesPage } from '../devices/DevicesPage';
import { deviceTabRoutes } from '../devices/tabs';
import { OrganisationFirmwarePage, PlatformFirmwarePage } from '../firmware/FirmwarePages';
import { GroupsPage } from '../groups/GroupsPage';
import { KeysPage } from '../organisation/KeysPage';
import { OrganisationIndex, OrganisationLayout } from '../organisation/OrganisationLayout';
import { PeoplePage } from '../organisation/PeoplePage';
import { SettingsPage } from '../organisation/SettingsPage';
import { OrganisationsPage } from '../platform/OrganisationsPage';
import { PlatformLayout } from '../platform/PlatformLayout';
import { StockPage } from '../platform/StockPage';
import { UsersPage } from '../platform/UsersPage';
import { CrashedPage, NotFoundPage } from './ErrorPages';
import { Shell } from './Shell';
import { later } from './Later';
import { StartPage } from './StartPage';

const PlaybackPage = lazy(() => import('../recordings/PlaybackPage'));
const SharePage = lazy(() => import('../recordings/SharePage'));
const StoragePage = lazy(() => import('../recordings/StoragePage'));

export function createRouter() {
  return createBrowserRouter([
    { path: '/login', element: <LoginPage />, errorElement: <CrashedPage /> },
    { path: '/setup', element: <SetupPage />, errorElement: <CrashedPage /> },
    { path: '/invite', element: <InvitePage />, errorElement: <CrashedPage /> },
    { path: '/reset', element: <ResetPage />, errorElement: <CrashedPage /> },
    { path: '/share/:token', element: later(<SharePage />), errorElement: <CrashedPage /> },
    {
      element: <Shell />,
      errorElement: <CrashedPage />,
      children: [
        { path: '/', element: <StartPage /> },
        { path: '/devices', element: <DevicesPage /> },
        { path: '/devices/:loginCode', element: <DevicePage />, children: deviceTabRoutes() },
        { path: '/playback', element: later(<PlaybackPage />) },
        { path: '/alarms', element: <AlarmsPage /> },
        { path: '/account', element: <AccountPage /> },
        {
          path: '/organisations/:tenant',
          element: <OrganisationLayout />,
          children: [
            { index: true, element: <OrganisationIndex /> },
            { path: 'people', element: <PeoplePage /> },
            { path: 'groups', element: <GroupsPage /> },
            { path: 'firmware', element: <OrganisationFirmwarePage /> },
            { path: 'keys', element: <KeysPage /> },
            { path: 'audit', element: <OrganisationAuditPage /> },
            { path: 'settings', element: <SettingsPage /> },
          ],
        },
        {
          path: '/platform',
          element: <PlatformLayout />,
          children: [
            { index: true, element: <Navigate to="organisations" replace /> },
            { path: 'organisations', element: <OrganisationsPage /> },
            { path: 'users', element: <UsersPage /> },
            { path: 'stock', element: <StockPage /> },
            { path: 'firmware', element: <PlatformFirmwarePage /> },
            { path: 'storage', element: later(<StoragePage />) },
            { path: 'audit', element: <PlatformAuditPage /> },
          ],
        },
        { path: '*', element: <NotFoundPage /> },
      ],
    },
  ]);
}

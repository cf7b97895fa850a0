import { createBrowserRouter, Navigate } from 'react-router';
import { AccountPage } from '../account/AccountPage';
import { InvitePage } from '../auth/InvitePage';
import { LoginPage } from '../auth/LoginPage';
import { ResetPage } from '../auth/ResetPage';
import { SetupPage } from '../auth/SetupPage';
import { DevicePage } from '../devices/DevicePage';
import { DevicesPage } from '../devices/DevicesPage';
import { CrashedPage, NotFoundPage } from './ErrorPages';
import { Shell } from './Shell';

export function createRouter() {
  return createBrowserRouter([
    { path: '/login', element: <LoginPage />, errorElement: <CrashedPage /> },
    { path: '/setup', element: <SetupPage />, errorElement: <CrashedPage /> },
    { path: '/invite', element: <InvitePage />, errorElement: <CrashedPage /> },
    { path: '/reset', element: <ResetPage />, errorElement: <CrashedPage /> },
    {
      element: <Shell />,
      errorElement: <CrashedPage />,
      children: [
        { path: '/', element: <Navigate to="/devices" replace /> },
        { path: '/devices', element: <DevicesPage /> },
        { path: '/devices/:loginCode', element: <DevicePage /> },
        { path: '/account', element: <AccountPage /> },
        { path: '*', element: <NotFoundPage /> },
      ],
    },
  ]);
}

import { createBrowserRouter, Navigate } from 'react-router';
import { LoginPage } from '../auth/LoginPage';
import { DevicePage } from '../devices/DevicePage';
import { DevicesPage } from '../devices/DevicesPage';
import { CrashedPage, NotFoundPage } from './ErrorPages';
import { Shell } from './Shell';

export function createRouter() {
  return createBrowserRouter([
    { path: '/login', element: <LoginPage />, errorElement: <CrashedPage /> },
    {
      element: <Shell />,
      errorElement: <CrashedPage />,
      children: [
        { path: '/', element: <Navigate to="/devices" replace /> },
        { path: '/devices', element: <DevicesPage /> },
        { path: '/devices/:loginCode', element: <DevicePage /> },
        { path: '*', element: <NotFoundPage /> },
      ],
    },
  ]);
}

import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClientProvider } from '@tanstack/react-query';
import { useState } from 'react';
import { createBrowserRouter, RouterProvider } from 'react-router';
import { createQueryClient } from '../api/queries';
import { CrashedPage } from '../app/ErrorPages';
import { cssVariables, theme } from '../ui/theme';
import { SimPage } from './SimPage';

/** The console of the simulated cloud: nobody logs in, and there is one page. */
export function SimApp() {
  const [queries] = useState(createQueryClient);
  const [router] = useState(() =>
    createBrowserRouter([{ path: '*', element: <SimPage />, errorElement: <CrashedPage /> }]),
  );
  return (
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
      <QueryClientProvider client={queries}>
        <RouterProvider router={router} />
        <Notifications position="bottom-right" autoClose={4000} />
      </QueryClientProvider>
    </MantineProvider>
  );
}

/** Whether the page came from a simulated cloud, which says so in it. */
export function isSimulated(): boolean {
  return document.querySelector('meta[name="ovs-mode"][content="sim"]') !== null;
}

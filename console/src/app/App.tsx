import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClientProvider } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { RouterProvider } from 'react-router';
import { whenSessionLost } from '../api/client';
import { createQueryClient } from '../api/queries';
import { endSession } from '../api/sessionState';
import { cssVariables, theme } from '../ui/theme';
import { createRouter } from './routes';

export function App() {
  const [queries] = useState(createQueryClient);
  const [router] = useState(createRouter);
  useEffect(() => {
    whenSessionLost(() => {
      endSession(queries);
    });
  }, [queries]);
  return (
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
      <QueryClientProvider client={queries}>
        <RouterProvider router={router} />
        <Notifications position="bottom-right" autoClose={4000} />
      </QueryClientProvider>
    </MantineProvider>
  );
}

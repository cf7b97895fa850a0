import { Center, Loader } from '@mantine/core';
import { type ReactNode, Suspense } from 'react';

/** A page that is loaded when it is first opened. */
export function later(page: ReactNode): ReactNode {
  return (
    <Suspense
      fallback={
        <Center mih="50vh">
          <Loader color="gray" size="sm" />
        </Center>
      }
    >
      {page}
    </Suspense>
  );
}

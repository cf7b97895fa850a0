import { Alert, Button, Group, Skeleton, Stack } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { errorText } from '../i18n/errors';

/** What was fetched, or that it is on its way, or why it did not come. */
export function Loaded<T>({
  query,
  children,
}: {
  query: Pick<UseQueryResult<T>, 'data' | 'error' | 'refetch'>;
  children: (data: T) => ReactNode;
}) {
  const { t } = useTranslation();
  if (query.data !== undefined) return children(query.data);
  if (query.error) {
    return (
      <Alert color="red" variant="light" role="alert">
        <Group justify="space-between">
          {errorText(t, query.error)}
          <Button size="xs" variant="default" onClick={() => void query.refetch()}>
            {t('app.tryAgain')}
          </Button>
        </Group>
      </Alert>
    );
  }
  return (
    <Stack gap={8} aria-hidden="true">
      <Skeleton height={56} radius="md" />
      <Skeleton height={56} radius="md" />
      <Skeleton height={56} radius="md" />
    </Stack>
  );
}

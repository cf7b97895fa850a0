import { Button, Group, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';

interface Props {
  query: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => Promise<unknown> };
  testId?: string;
}

/** The end of a list that is newest first: the way to older things, or that there are none. */
export function Older({ query, testId }: Props) {
  const { t } = useTranslation();
  return (
    <Group justify="center">
      {query.hasNextPage ? (
        <Button
          variant="default"
          loading={query.isFetchingNextPage}
          onClick={() => void query.fetchNextPage()}
          data-testid={testId}
        >
          {t('audit.older')}
        </Button>
      ) : (
        <Text size="sm" c="dimmed">
          {t('audit.end')}
        </Text>
      )}
    </Group>
  );
}

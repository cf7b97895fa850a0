import { Alert } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { errorText } from '../i18n/errors';

/** What went wrong, where something did. */
export function Failure({ error, testId }: { error: unknown; testId?: string }) {
  const { t } = useTranslation();
  if (!error) return null;
  return (
    <Alert color="red" variant="light" role="alert" data-testid={testId}>
      {errorText(t, error)}
    </Alert>
  );
}

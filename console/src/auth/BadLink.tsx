import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { ApiError } from '../api/apiError';
import { Failure } from '../ui/Failure';
import { AuthPage } from './AuthPage';

interface Props {
  kind: 'invite' | 'reset';
  /** What the cloud said; nothing where the link has no token at all. */
  error: unknown;
}

/** A link that leads nowhere: used, expired, withdrawn or cut short. Says what to do. */
export function BadLink({ kind, error }: Props) {
  const { t } = useTranslation();
  const bad = !error || (error instanceof ApiError && error.code === 'bad_link');
  return (
    <AuthPage title={t('link.title')} intro={bad ? t(`link.${kind}`) : undefined}>
      {!bad && <Failure error={error} testId="link-error" />}
      <Button component={Link} to="/login" variant="default" data-testid="to-login">
        {t('link.toLogin')}
      </Button>
    </AuthPage>
  );
}

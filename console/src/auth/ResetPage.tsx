import { Button, Stack } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation, useNavigate } from 'react-router';
import { ApiError } from '../api/apiError';
import { useResetPassword } from '../api/links';
import { Failure } from '../ui/Failure';
import { focusAtFirst } from '../ui/focus';
import { AuthPage } from './AuthPage';
import { BadLink } from './BadLink';
import { isWeakPassword, NewPasswordField } from './NewPasswordField';
import { tokenIn, wayBackTo } from './ways';

/** `/reset#token`: a new password for somebody who forgot the old one. */
export function ResetPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const token = tokenIn(useLocation().hash);
  const reset = useResetPassword(token);
  const [password, setPassword] = useState('');
  const { error } = reset;
  if (!token || (error instanceof ApiError && error.code === 'bad_link')) return <BadLink kind="reset" error={error} />;
  return (
    <AuthPage title={t('reset.title')} intro={t('reset.intro')}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          reset.mutate(password, {
            onSuccess: () => {
              void navigate('/login', { replace: true, state: wayBackTo('/devices', 'reset') });
            },
          });
        }}
      >
        <Stack gap="md">
          {!isWeakPassword(error) && <Failure error={error} testId="reset-error" />}
          <NewPasswordField
            ref={focusAtFirst}
            size="md"
            failure={error}
            value={password}
            onChange={(event) => {
              setPassword(event.currentTarget.value);
            }}
          />
          <Button type="submit" size="md" mt={4} loading={reset.isPending} data-testid="reset-password">
            {t('reset.submit')}
          </Button>
        </Stack>
      </form>
    </AuthPage>
  );
}

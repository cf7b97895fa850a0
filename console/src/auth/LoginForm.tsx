import { Alert, Button, PasswordInput, Stack } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { Failure } from '../ui/Failure';
import { UsernameField } from './UsernameField';
import type { Notice } from './ways';

interface Props {
  pending: boolean;
  error: unknown;
  /** Why the person is here. */
  notice: Notice | 'lost' | undefined;
  onSubmit: (values: { username: string; password: string }) => void;
}

export function LoginForm({ pending, error, notice, onSubmit }: Props) {
  const { t } = useTranslation();
  const form = useForm({ mode: 'uncontrolled', initialValues: { username: '', password: '' } });
  return (
    <form onSubmit={form.onSubmit(onSubmit)}>
      <Stack gap="md">
        {notice !== undefined && !error && (
          <Alert color={notice === 'lost' ? 'yellow' : 'gray'} variant="light" role="status" data-testid="login-notice">
            {t(`login.notice.${notice}`)}
          </Alert>
        )}
        <Failure error={error} testId="login-error" />
        <UsernameField focused key={form.key('username')} {...form.getInputProps('username')} />
        <PasswordInput
          size="md"
          label={t('login.password')}
          required
          withAsterisk={false}
          autoComplete="current-password"
          visibilityToggleButtonProps={{ 'aria-label': t('login.showPassword') }}
          data-testid="password"
          key={form.key('password')}
          {...form.getInputProps('password')}
        />
        <Button type="submit" size="md" mt={4} loading={pending} data-testid="log-in">
          {t('login.submit')}
        </Button>
      </Stack>
    </form>
  );
}

import { Button, Group, PasswordInput, Stack } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { useTranslation } from 'react-i18next';
import { useChangePassword } from '../api/account';
import { isWeakPassword, NewPasswordField } from '../auth/NewPasswordField';
import { Failure } from '../ui/Failure';

export function PasswordForm({ username }: { username: string }) {
  const { t } = useTranslation();
  const change = useChangePassword();
  const form = useForm({ mode: 'uncontrolled', initialValues: { current: '', new: '' } });
  return (
    <form
      onSubmit={form.onSubmit((values) => {
        change.mutate(values, {
          onSuccess: () => {
            form.reset();
            notifications.show({ message: t('account.passwordChanged'), color: 'gray' });
          },
        });
      })}
    >
      <Stack gap="sm" maw="24rem">
        {!isWeakPassword(change.error) && <Failure error={change.error} testId="password-error" />}
        {/* Tells password managers whose password this is. */}
        <input type="text" name="username" autoComplete="username" value={username} readOnly hidden />
        <PasswordInput
          label={t('account.currentPassword')}
          required
          withAsterisk={false}
          autoComplete="current-password"
          visibilityToggleButtonProps={{ 'aria-label': t('login.showPassword') }}
          data-testid="current-password"
          key={form.key('current')}
          {...form.getInputProps('current')}
        />
        <NewPasswordField failure={change.error} key={form.key('new')} {...form.getInputProps('new')} />
        <Group>
          <Button type="submit" variant="default" loading={change.isPending} data-testid="change-password">
            {t('account.changePassword')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

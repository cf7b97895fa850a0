import { Button, Stack } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { useAcceptInvitation } from '../api/links';
import { Failure } from '../ui/Failure';
import { isWeakPassword, NewPasswordField } from './NewPasswordField';
import { UsernameField } from './UsernameField';

/** Makes a user and lets it in. */
export function InviteForm({ token }: { token: string }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const accept = useAcceptInvitation(token, () => {
    void navigate('/devices', { replace: true });
  });
  const form = useForm({ mode: 'uncontrolled', initialValues: { username: '', password: '' } });
  return (
    <form
      onSubmit={form.onSubmit(({ username, password }) => {
        accept.mutate({ username: username.trim(), password });
      })}
    >
      <Stack gap="md">
        {!isWeakPassword(accept.error) && <Failure error={accept.error} testId="invite-error" />}
        <UsernameField focused key={form.key('username')} {...form.getInputProps('username')} />
        <NewPasswordField
          size="md"
          label={t('login.password')}
          failure={accept.error}
          key={form.key('password')}
          {...form.getInputProps('password')}
        />
        <Button type="submit" size="md" mt={4} loading={accept.isPending} data-testid="accept-invitation">
          {t('invite.submit')}
        </Button>
      </Stack>
    </form>
  );
}

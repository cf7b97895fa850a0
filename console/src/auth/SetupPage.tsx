import { Button, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { Navigate } from 'react-router';
import { useMe } from '../api/session';
import { useSetUp, useSetupNeeded } from '../api/setup';
import { Failure } from '../ui/Failure';
import { focusAtFirst } from '../ui/focus';
import { AuthLoading, AuthPage } from './AuthPage';
import { isWeakPassword, NewPasswordField } from './NewPasswordField';
import { UsernameField } from './UsernameField';

/** The first start: who has the code from the log makes the first administrator. */
export function SetupPage() {
  const { t } = useTranslation();
  const me = useMe();
  const nobody = me.data === null;
  const needed = useSetupNeeded(nobody);
  if (me.data) return <Navigate to="/devices" replace />;
  if (me.isPending || (nobody && needed.isPending)) return <AuthLoading />;
  if (needed.data === false) return <Navigate to="/login" replace />;
  return (
    <AuthPage title={t('setup.title')} intro={t('setup.intro')}>
      <SetupForm />
    </AuthPage>
  );
}

function SetupForm() {
  const { t } = useTranslation();
  const setUp = useSetUp();
  const form = useForm({
    mode: 'uncontrolled',
    initialValues: { code: '', username: '', password: '', tenant: '' },
  });
  return (
    <form
      onSubmit={form.onSubmit(({ code, username, password, tenant }) => {
        setUp.mutate({
          code: code.trim(),
          username: username.trim(),
          password,
          ...(tenant.trim() ? { tenant_name: tenant.trim() } : {}),
        });
      })}
    >
      <Stack gap="md">
        {!isWeakPassword(setUp.error) && <Failure error={setUp.error} testId="setup-error" />}
        <TextInput
          ref={focusAtFirst}
          size="md"
          label={t('setup.code')}
          description={t('setup.codeHint')}
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          required
          withAsterisk={false}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          data-testid="setup-code"
          key={form.key('code')}
          {...form.getInputProps('code')}
        />
        <UsernameField key={form.key('username')} {...form.getInputProps('username')} />
        <NewPasswordField
          size="md"
          label={t('login.password')}
          failure={setUp.error}
          key={form.key('password')}
          {...form.getInputProps('password')}
        />
        <TextInput
          size="md"
          label={t('setup.tenant')}
          description={t('setup.tenantHint')}
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          placeholder={t('setup.tenantPlaceholder')}
          maxLength={128}
          autoComplete="organization"
          data-testid="tenant-name"
          key={form.key('tenant')}
          {...form.getInputProps('tenant')}
        />
        <Button type="submit" size="md" mt={4} loading={setUp.isPending} data-testid="set-up">
          {t('setup.submit')}
        </Button>
      </Stack>
    </form>
  );
}

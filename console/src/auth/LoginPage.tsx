import { Alert, Button, Center, Loader, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { Navigate, useSearchParams } from 'react-router';
import { useLogin, useMe } from '../api/session';
import { Appearance } from '../app/UserMenu';
import { errorText } from '../i18n/errors';
import { Brand } from '../ui/Brand';
import { LensArt } from './LensArt';
import classes from './LoginPage.module.css';

export function LoginPage() {
  const { t } = useTranslation();
  const me = useMe();
  const [search] = useSearchParams();
  if (me.data) return <Navigate to={localPath(search.get('next'))} replace />;
  if (me.isPending) {
    return (
      <Center mih="100dvh">
        <Loader color="gray" size="sm" />
      </Center>
    );
  }
  return (
    <div className={classes.page}>
      <aside className={classes.art} aria-hidden="true">
        <LensArt />
        <p className={classes.pitch}>{t('login.pitch')}</p>
      </aside>
      <main className={classes.side}>
        <div className={classes.brand}>
          <Brand />
        </div>
        <LoginForm />
        <div className={classes.appearance}>
          <Appearance />
        </div>
      </main>
    </div>
  );
}

function LoginForm() {
  const { t } = useTranslation();
  const login = useLogin();
  const form = useForm({ mode: 'uncontrolled', initialValues: { username: '', password: '' } });
  return (
    <form
      className={classes.form}
      onSubmit={form.onSubmit((values) => {
        login.mutate(values);
      })}
    >
      <Stack gap="md">
        <Title order={1} fz="1.625rem" lts="-0.02em">
          {t('login.title')}
        </Title>
        {login.isError && (
          <Alert color="red" variant="light" role="alert" data-testid="login-error">
            {errorText(t, login.error)}
          </Alert>
        )}
        <TextInput
          size="md"
          label={t('login.username')}
          required
          withAsterisk={false}
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          data-autofocus
          data-testid="username"
          key={form.key('username')}
          {...form.getInputProps('username')}
        />
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
        <Button type="submit" size="md" mt={4} loading={login.isPending} data-testid="log-in">
          {t('login.submit')}
        </Button>
        <Text size="sm" c="dimmed">
          {t('login.hint')}
        </Text>
      </Stack>
    </form>
  );
}

/** A path of this console. Anything else in `next` could lead people to a stranger's page. */
function localPath(next: string | null): string {
  return next?.startsWith('/') && !/^\/[/\\]/.test(next) ? next : '/devices';
}

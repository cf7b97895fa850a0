import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Navigate, useLocation, useSearchParams } from 'react-router';
import { ApiError } from '../api/apiError';
import { type Credentials, useLogin, useMe, useSessionEnd } from '../api/session';
import { useSetupNeeded } from '../api/setup';
import { AuthLoading, AuthPage } from './AuthPage';
import { CodeForm } from './CodeForm';
import { LoginForm } from './LoginForm';
import { noticeIn, pathAfterLogin } from './ways';

export function LoginPage() {
  const me = useMe();
  const [search] = useSearchParams();
  const state: unknown = useLocation().state;
  const nobody = me.data === null;
  const setup = useSetupNeeded(nobody);
  if (me.data) return <Navigate to={pathAfterLogin(state, search.get('next'))} replace />;
  if (me.isPending || (nobody && setup.isPending)) return <AuthLoading />;
  if (setup.data) return <Navigate to="/setup" replace />;
  return <Login />;
}

/** Name and password first; the code of the second factor only from those who have one. */
function Login() {
  const { t } = useTranslation();
  const login = useLogin();
  const end = useSessionEnd();
  const state: unknown = useLocation().state;
  const [known, setKnown] = useState<Credentials>();

  const attempt = (credentials: Credentials): void => {
    login.mutate(credentials, {
      onError: (error) => {
        const code = error instanceof ApiError ? error.code : '';
        if (code === 'code_required') {
          setKnown(credentials);
          login.reset();
        } else if (code === 'bad_credentials') {
          setKnown(undefined);
        }
      },
    });
  };

  if (known) {
    return (
      <AuthPage title={t('login.codeTitle')} intro={t('login.codeIntro')}>
        <CodeForm
          pending={login.isPending}
          error={login.error}
          onCode={(code) => {
            attempt({ ...known, code });
          }}
          onBack={() => {
            setKnown(undefined);
            login.reset();
          }}
        />
      </AuthPage>
    );
  }
  return (
    <AuthPage title={t('login.title')}>
      <LoginForm
        pending={login.isPending}
        error={login.error}
        notice={noticeIn(state) ?? (end === 'lost' ? 'lost' : undefined)}
        onSubmit={attempt}
      />
    </AuthPage>
  );
}

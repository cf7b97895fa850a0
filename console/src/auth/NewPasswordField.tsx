import { PasswordInput, type PasswordInputProps } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../api/apiError';
import { errorText } from '../i18n/errors';

interface Props extends Omit<PasswordInputProps, 'error'> {
  /** Of the attempt: said here where the cloud finds the password too weak. */
  failure: unknown;
}

/** A password to be made up. The cloud judges it; the hint says by what. */
export function NewPasswordField({ failure, ...props }: Props) {
  const { t } = useTranslation();
  return (
    <PasswordInput
      label={t('login.newPassword')}
      inputWrapperOrder={['label', 'input', 'description', 'error']}
      required
      withAsterisk={false}
      autoComplete="new-password"
      visibilityToggleButtonProps={{ 'aria-label': t('login.showPassword') }}
      data-testid="new-password"
      {...props}
      {...(isWeakPassword(failure) ? { error: errorText(t, failure) } : { description: t('login.passwordHint') })}
    />
  );
}

export function isWeakPassword(failure: unknown): boolean {
  return failure instanceof ApiError && failure.code === 'weak_password';
}

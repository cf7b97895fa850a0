import { TextInput, type TextInputProps } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { focusAtFirst } from '../ui/focus';

/** The name somebody logs in with. */
export function UsernameField({ focused = false, ...props }: TextInputProps & { focused?: boolean }) {
  const { t } = useTranslation();
  return (
    <TextInput
      size="md"
      label={t('login.username')}
      required
      withAsterisk={false}
      autoComplete="username"
      autoCapitalize="none"
      spellCheck={false}
      maxLength={64}
      data-testid="username"
      {...(focused ? { ref: focusAtFirst } : {})}
      {...props}
    />
  );
}

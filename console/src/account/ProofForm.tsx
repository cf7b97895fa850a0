import { Button, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import type { Proof } from '../api/account';
import { Actions } from '../ui/Dialog';
import { Failure } from '../ui/Failure';

interface Props {
  text: string;
  submit: string;
  danger?: boolean;
  pending: boolean;
  error: unknown;
  onProof: (proof: Proof) => void;
  onCancel: () => void;
}

/** Password and code once more, before the second factor is touched. */
export function ProofForm({ text, submit, danger = false, pending, error, onProof, onCancel }: Props) {
  const { t } = useTranslation();
  const form = useForm({ mode: 'uncontrolled', initialValues: { password: '', code: '' } });
  return (
    <form
      onSubmit={form.onSubmit(({ password, code }) => {
        onProof({ password, code: code.trim() });
      })}
    >
      <Stack>
        <Failure error={error} testId="totp-error" />
        <Text size="sm">{text}</Text>
        <PasswordInput
          label={t('account.currentPassword')}
          required
          withAsterisk={false}
          autoComplete="current-password"
          visibilityToggleButtonProps={{ 'aria-label': t('login.showPassword') }}
          data-autofocus
          data-testid="totp-password"
          key={form.key('password')}
          {...form.getInputProps('password')}
        />
        <TextInput
          label={t('totp.codeOrRecovery')}
          required
          withAsterisk={false}
          autoComplete="one-time-code"
          autoCapitalize="none"
          spellCheck={false}
          maxLength={40}
          data-testid="totp-code"
          key={form.key('code')}
          {...form.getInputProps('code')}
        />
        <Actions onCancel={onCancel}>
          <Button type="submit" loading={pending} data-testid="proof-submit" {...(danger ? { color: 'red' } : {})}>
            {submit}
          </Button>
        </Actions>
      </Stack>
    </form>
  );
}

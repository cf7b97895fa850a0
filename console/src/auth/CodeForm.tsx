import { Anchor, Button, Group, Stack, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { CodeField } from '../ui/CodeField';
import { Failure } from '../ui/Failure';
import { focusAtFirst } from '../ui/focus';

interface Props {
  pending: boolean;
  error: unknown;
  onCode: (code: string) => void;
  onBack: () => void;
}

/** The second factor: six digits from the app, or one of the recovery codes. */
export function CodeForm({ pending, error, onCode, onBack }: Props) {
  const { t } = useTranslation();
  const [recovery, setRecovery] = useState(false);
  const [code, setCode] = useState('');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (code.trim()) onCode(code.trim());
      }}
    >
      <Stack gap="md">
        <Failure error={error} testId="login-error" />
        {recovery ? (
          <TextInput
            // Another field, not the same one with another name: it begins empty and has the focus.
            key="recovery"
            ref={focusAtFirst}
            size="md"
            label={t('login.recoveryCode')}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            maxLength={40}
            data-testid="recovery-code"
            value={code}
            onChange={(event) => {
              setCode(event.currentTarget.value);
            }}
          />
        ) : (
          <CodeField size="md" label={t('login.code')} value={code} onChange={setCode} onComplete={onCode} focused />
        )}
        <Button type="submit" size="md" loading={pending} disabled={!code.trim()} data-testid="send-code">
          {t('login.submit')}
        </Button>
        <Group justify="space-between">
          <Anchor component="button" type="button" size="sm" c="dimmed" onClick={onBack}>
            {t('login.otherUser')}
          </Anchor>
          <Anchor
            component="button"
            type="button"
            size="sm"
            c="dimmed"
            data-testid="use-recovery"
            onClick={() => {
              setRecovery(!recovery);
              setCode('');
            }}
          >
            {t(recovery ? 'login.useApp' : 'login.useRecovery')}
          </Anchor>
        </Group>
      </Stack>
    </form>
  );
}

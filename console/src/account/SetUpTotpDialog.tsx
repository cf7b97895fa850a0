import { Button, Group, Modal, PasswordInput, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useConfirmTotp, useStartTotp } from '../api/account';
import { CodeField } from '../ui/CodeField';
import { CopyField } from '../ui/CopyField';
import { Failure } from '../ui/Failure';
import { QrCode } from '../ui/QrCode';
import { RecoveryCodes } from './RecoveryCodes';
import classes from './SetUpTotpDialog.module.css';

interface Props {
  opened: boolean;
  onClose: () => void;
}

interface Secret {
  secret: string;
  otpauth_url: string;
}

type Step = { at: 'password' } | { at: 'scan'; secret: Secret } | { at: 'codes'; codes: string[] };

/** Password, then the secret for the app, then a first code as proof, then the recovery codes. */
export function SetUpTotpDialog({ opened, onClose }: Props) {
  const { t } = useTranslation();
  const [step, setStep] = useState<Step>({ at: 'password' });
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      onExitTransitionEnd={() => {
        setStep({ at: 'password' });
      }}
      title={t(step.at === 'codes' ? 'totp.codesTitle' : 'totp.setUpTitle')}
      size={step.at === 'scan' ? 'lg' : 'md'}
      // A stray click must not lose codes that are shown only once.
      closeOnClickOutside={step.at === 'password'}
      closeOnEscape={step.at !== 'codes'}
      withCloseButton={step.at !== 'codes'}
      closeButtonProps={{ 'aria-label': t('app.close') }}
    >
      {step.at === 'password' && (
        <AskPassword
          onSecret={(secret) => {
            setStep({ at: 'scan', secret });
          }}
          onCancel={onClose}
        />
      )}
      {step.at === 'scan' && (
        <Scan
          secret={step.secret}
          onCodes={(codes) => {
            setStep({ at: 'codes', codes });
          }}
          onCancel={onClose}
        />
      )}
      {step.at === 'codes' && <RecoveryCodes codes={step.codes} onDone={onClose} />}
    </Modal>
  );
}

function AskPassword({ onSecret, onCancel }: { onSecret: (secret: Secret) => void; onCancel: () => void }) {
  const { t } = useTranslation();
  const start = useStartTotp();
  const [password, setPassword] = useState('');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        start.mutate(password, { onSuccess: onSecret });
      }}
    >
      <Stack>
        <Failure error={start.error} testId="totp-error" />
        <Text size="sm">{t('totp.askPassword')}</Text>
        <PasswordInput
          label={t('account.currentPassword')}
          required
          withAsterisk={false}
          autoComplete="current-password"
          visibilityToggleButtonProps={{ 'aria-label': t('login.showPassword') }}
          data-autofocus
          data-testid="totp-password"
          value={password}
          onChange={(event) => {
            setPassword(event.currentTarget.value);
          }}
        />
        <Group justify="flex-end" mt="xs">
          <Button variant="default" onClick={onCancel}>
            {t('app.cancel')}
          </Button>
          <Button type="submit" loading={start.isPending} disabled={!password} data-testid="totp-start">
            {t('totp.continue')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

interface ScanProps {
  secret: Secret;
  onCodes: (codes: string[]) => void;
  onCancel: () => void;
}

function Scan({ secret, onCodes, onCancel }: ScanProps) {
  const { t } = useTranslation();
  const confirm = useConfirmTotp();
  const [code, setCode] = useState('');
  const send = (digits: string): void => {
    confirm.mutate(digits, { onSuccess: onCodes });
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        send(code);
      }}
    >
      <Stack>
        <div className={classes.scan}>
          <QrCode text={secret.otpauth_url} label={t('totp.qrLabel')} />
          <Stack gap="sm" className={classes.words}>
            <Text size="sm">{t('totp.scan')}</Text>
            <CopyField label={t('totp.secret')} value={secret.secret} testId="totp-secret" />
            <CodeField label={t('totp.firstCode')} value={code} onChange={setCode} onComplete={send} focused />
            <Failure error={confirm.error} testId="totp-error" />
          </Stack>
        </div>
        <Group justify="flex-end" mt="xs">
          <Button variant="default" onClick={onCancel}>
            {t('app.cancel')}
          </Button>
          <Button type="submit" loading={confirm.isPending} disabled={code.length < 6} data-testid="totp-confirm">
            {t('totp.confirm')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

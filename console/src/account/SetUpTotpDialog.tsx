import { Button, PasswordInput, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useConfirmTotp, useStartTotp } from '../api/account';
import { CodeField } from '../ui/CodeField';
import { CopyField } from '../ui/CopyField';
import { Actions, Dialog } from '../ui/Dialog';
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
    <Dialog
      opened={opened}
      onClose={onClose}
      onExitTransitionEnd={() => {
        setStep({ at: 'password' });
      }}
      title={t(step.at === 'codes' ? 'totp.codesTitle' : 'totp.setUpTitle')}
      size={step.at === 'scan' ? 'lg' : 'md'}
      keepOnClickOutside={step.at === 'scan'}
      locked={step.at === 'codes'}
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
    </Dialog>
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
        <Actions onCancel={onCancel}>
          <Button type="submit" loading={start.isPending} disabled={!password} data-testid="totp-start">
            {t('totp.continue')}
          </Button>
        </Actions>
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
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        confirm.mutate(code, { onSuccess: onCodes });
      }}
    >
      <Stack>
        <div className={classes.scan}>
          <QrCode text={secret.otpauth_url} label={t('totp.qrLabel')} />
          <Stack gap="sm" className={classes.words}>
            <Text size="sm">{t('totp.scan')}</Text>
            <CopyField label={t('totp.secret')} value={secret.secret} testId="totp-secret" />
            <CodeField label={t('totp.firstCode')} value={code} onChange={setCode} focused />
            <Failure error={confirm.error} testId="totp-error" />
          </Stack>
        </div>
        <Actions onCancel={onCancel}>
          <Button type="submit" loading={confirm.isPending} disabled={code.length < 6} data-testid="totp-confirm">
            {t('totp.confirm')}
          </Button>
        </Actions>
      </Stack>
    </form>
  );
}

import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { IconShieldCheck } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Me } from '../api/types';
import { DisableTotpDialog } from './DisableTotpDialog';
import { NewRecoveryCodesDialog } from './NewRecoveryCodesDialog';
import { SetUpTotpDialog } from './SetUpTotpDialog';

/** So few recovery codes are left that one should think of new ones. */
const FEW_CODES = 3;

type Dialog = 'set-up' | 'disable' | 'codes';

/** The second factor: whether it is on, and the ways to change that. */
export function TwoFactor({ me }: { me: Me }) {
  const { t } = useTranslation();
  const [dialog, setDialog] = useState<Dialog>();
  const close = (): void => {
    setDialog(undefined);
  };
  return (
    <>
      {me.totp ? (
        <Stack gap="sm">
          <Group gap={10} wrap="nowrap" data-testid="totp-on">
            <IconShieldCheck size={20} color="var(--ovs-online)" aria-hidden="true" />
            <Text size="sm" fw={550}>
              {t('totp.on')}
            </Text>
          </Group>
          {me.recovery_codes_left <= FEW_CODES ? (
            <Alert variant="light" color="yellow">
              {t('totp.codesFew', { left: me.recovery_codes_left })}
            </Alert>
          ) : (
            <Text size="sm" c="dimmed">
              {t('totp.codesLeft', { left: me.recovery_codes_left })}
            </Text>
          )}
          <Group gap="sm">
            <Button
              variant="default"
              onClick={() => {
                setDialog('codes');
              }}
              data-testid="new-recovery-codes"
            >
              {t('totp.newCodes')}
            </Button>
            <Button
              variant="subtle"
              color="red"
              onClick={() => {
                setDialog('disable');
              }}
              data-testid="disable-totp"
            >
              {t('totp.disable')}
            </Button>
          </Group>
        </Stack>
      ) : (
        <Stack gap="sm" align="flex-start">
          <Text size="sm">{t('totp.off')}</Text>
          <Button
            variant="default"
            onClick={() => {
              setDialog('set-up');
            }}
            data-testid="set-up-totp"
          >
            {t('totp.setUp')}
          </Button>
        </Stack>
      )}
      <SetUpTotpDialog opened={dialog === 'set-up'} onClose={close} />
      <DisableTotpDialog opened={dialog === 'disable'} onClose={close} />
      <NewRecoveryCodesDialog opened={dialog === 'codes'} onClose={close} />
    </>
  );
}

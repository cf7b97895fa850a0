import { Button, Checkbox, PasswordInput, SimpleGrid, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useBind } from '../api/binds';
import type { CreatedBind } from '../api/types';
import { CopyField } from '../ui/CopyField';
import { Actions } from '../ui/Dialog';
import { QrCode } from '../ui/QrCode';
import { BindOutcome } from './BindOutcome';
import { bindCommand, bindQrText, type Wifi } from './qrText';
import classes from './ShowBind.module.css';

interface Props {
  tenant: number;
  bind: CreatedBind;
  making: boolean;
  /** The same once more, with a new id. */
  onAgain: () => void;
  /** For another device. */
  onAnother: () => void;
  onClose: () => void;
}

/** A bind id in the forms in which devices take it, and what comes of it. */
export function ShowBind({ tenant, bind, making, onAgain, onAnother, onClose }: Props) {
  const { t } = useTranslation();
  const state = useBind(tenant, bind.id).data;
  // An id is good for one attempt, whatever comes of it.
  const over = state !== undefined && state.state !== 'waiting';
  return (
    <Stack>
      {!over && <WaysIn bindId={bind.bind_id} />}
      <BindOutcome bind={state} expiresAt={new Date(bind.expires_at)} />
      <Actions>
        {state?.state === 'bound' && (
          <Button variant="subtle" color="gray" onClick={onAnother} data-testid="bind-another">
            {t('bind.another')}
          </Button>
        )}
        {over && state.state !== 'bound' && (
          <Button loading={making} onClick={onAgain} data-testid="bind-again">
            {t('bind.again')}
          </Button>
        )}
        <Button variant="default" onClick={onClose} data-testid="bind-done">
          {t(over ? 'add.done' : 'app.close')}
        </Button>
      </Actions>
    </Stack>
  );
}

function WaysIn({ bindId }: { bindId: string }) {
  const { t } = useTranslation();
  const [wifi, setWifi] = useState<Wifi>();
  const text = bindQrText(bindId, wifi);
  return (
    <>
      <div className={classes.ways}>
        <Stack gap={8} align="center" className={classes.code}>
          <QrCode text={text} label={t('bind.qr')} testId="bind-qr" />
          <Text size="xs" c="dimmed" ta="center">
            {t('bind.qrHint')}
          </Text>
        </Stack>
        <Stack gap="sm" className={classes.words}>
          <CopyField label={t('bind.id')} value={bindId} testId="bind-id" />
          <WifiFields wifi={wifi} onChange={setWifi} />
        </Stack>
      </div>
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <CopyField block label={t('bind.qrText')} value={text} testId="bind-qr-text" />
        <CopyField block label={t('bind.command')} value={bindCommand(bindId)} testId="bind-command" />
      </SimpleGrid>
    </>
  );
}

function WifiFields({ wifi, onChange }: { wifi: Wifi | undefined; onChange: (wifi: Wifi | undefined) => void }) {
  const { t } = useTranslation();
  return (
    <>
      <Checkbox
        label={t('bind.wifi')}
        checked={wifi !== undefined}
        data-testid="bind-wifi"
        onChange={(event) => {
          onChange(event.currentTarget.checked ? { ssid: '', password: '' } : undefined);
        }}
      />
      {wifi && (
        <>
          {/* Not this site's password: browsers are not to keep it, nor to fill theirs in. */}
          <TextInput
            size="xs"
            label={t('bind.ssid')}
            maxLength={32}
            autoComplete="off"
            spellCheck={false}
            autoCapitalize="none"
            data-testid="bind-ssid"
            value={wifi.ssid}
            onChange={(event) => {
              onChange({ ...wifi, ssid: event.currentTarget.value });
            }}
          />
          <PasswordInput
            size="xs"
            label={t('bind.wifiPassword')}
            description={t('bind.wifiHint')}
            maxLength={63}
            autoComplete="new-password"
            visibilityToggleButtonProps={{ 'aria-label': t('login.showPassword') }}
            data-testid="bind-wifi-password"
            value={wifi.password}
            onChange={(event) => {
              onChange({ ...wifi, password: event.currentTarget.value });
            }}
          />
        </>
      )}
    </>
  );
}

import { Button, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useUpgradeDevice } from '../../api/firmware';
import type { Device } from '../../api/types';
import { Actions, Dialog } from '../../ui/Dialog';
import { Failure } from '../../ui/Failure';

interface Props {
  device: Device;
  onClose: () => void;
}

/** Installs an image that lies somewhere else: the device fetches it from there. */
export function UrlDialog({ opened, ...props }: Props & { opened: boolean }) {
  const { t } = useTranslation();
  return (
    <Dialog opened={opened} onClose={props.onClose} title={t('firmware.byUrlTitle')}>
      <UrlForm {...props} />
    </Dialog>
  );
}

function UrlForm({ device, onClose }: Props) {
  const { t } = useTranslation();
  const upgrade = useUpgradeDevice(device.login_code);
  const [url, setUrl] = useState('');
  const [version, setVersion] = useState('');
  const wrong = url.trim() !== '' && !/^https?:\/\/./i.test(url.trim());
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (wrong || !url.trim() || !version.trim()) return;
        upgrade.mutate({ url: url.trim(), firmware_model: version.trim() }, { onSuccess: onClose });
      }}
    >
      <Stack>
        <Failure error={upgrade.error} />
        <Text size="sm">{t('firmware.byUrlText')}</Text>
        <TextInput
          label={t('firmware.url')}
          placeholder="http://…"
          inputMode="url"
          autoComplete="off"
          spellCheck={false}
          data-autofocus
          error={wrong && t('sounds.urlWrong')}
          value={url}
          onChange={(event) => {
            setUrl(event.currentTarget.value);
          }}
        />
        <TextInput
          label={t('firmware.version')}
          description={t('firmware.versionHint')}
          value={version}
          onChange={(event) => {
            setVersion(event.currentTarget.value);
          }}
        />
        <Actions onCancel={onClose}>
          <Button type="submit" loading={upgrade.isPending} disabled={wrong || !url.trim() || !version.trim()}>
            {t('firmware.install')}
          </Button>
        </Actions>
      </Stack>
    </form>
  );
}

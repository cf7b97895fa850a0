import { Switch } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { useReleaseDevice } from '../api/stock';
import type { Device } from '../api/types';
import { ConfirmDialog } from '../ui/ConfirmDialog';

interface Props {
  device: Device;
  opened: boolean;
  onClose: () => void;
}

/** The organisation gives the device up: another may bind it then. */
export function ReleaseDialog({ device, opened, onClose }: Props) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const name = device.name || device.login_code;
  const release = useReleaseDevice(device.login_code, () => {
    notifications.show({ message: t('release.done', { name }), color: 'gray' });
    void navigate('/devices', { replace: true });
  });
  const [reset, setReset] = useState(false);
  const close = (): void => {
    onClose();
    release.reset();
    setReset(false);
  };
  return (
    <ConfirmDialog
      opened={opened}
      title={t('release.title', { name })}
      text={t('release.text')}
      action={t('release.action')}
      word={name}
      pending={release.isPending}
      error={release.error}
      onConfirm={() => {
        release.mutate(reset);
      }}
      onClose={close}
    >
      <Switch
        label={t('release.reset')}
        description={t('release.resetHint')}
        disabled={device.presence !== 'online'}
        checked={reset}
        data-testid="release-reset"
        onChange={(event) => {
          setReset(event.currentTarget.checked);
        }}
      />
    </ConfirmDialog>
  );
}

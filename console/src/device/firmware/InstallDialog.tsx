import { Alert } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useUpgradeDevice } from '../../api/firmware';
import type { Device, Firmware } from '../../api/types';
import { bytesText } from '../../i18n/formats';
import { ConfirmDialog } from '../../ui/ConfirmDialog';

interface Props {
  device: Device;
  image: Firmware;
  /** It is for other hardware: the name must be typed. */
  wrong: boolean;
  opened: boolean;
  onClose: () => void;
}

export function InstallDialog({ device, image, wrong, opened, onClose }: Props) {
  const { t } = useTranslation();
  const upgrade = useUpgradeDevice(device.login_code);
  const name = device.name || device.login_code;
  const close = (): void => {
    upgrade.reset();
    onClose();
  };
  return (
    <ConfirmDialog
      opened={opened}
      harmful={wrong}
      title={t('firmware.installTitle', { version: image.firmware_model, name })}
      text={t('firmware.installText', { size: bytesText(image.bytes) })}
      action={t(wrong ? 'firmware.installAnyway' : 'firmware.install')}
      {...(wrong ? { word: name } : {})}
      pending={upgrade.isPending}
      error={upgrade.error}
      onConfirm={() => {
        upgrade.mutate({ firmware: image.id, ...(wrong ? { force: true } : {}) }, { onSuccess: close });
      }}
      onClose={close}
    >
      {wrong && (
        <Alert variant="light" color="red" icon={<IconAlertTriangle size={18} />} data-testid="wrong-model">
          {device.hardware_model
            ? t('firmware.wrongModel', { image: image.hardware_model, device: device.hardware_model })
            : t('firmware.maybeWrongModel', { image: image.hardware_model })}
        </Alert>
      )}
    </ConfirmDialog>
  );
}

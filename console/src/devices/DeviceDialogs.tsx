import { Button, Stack, Text, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { useChangeDevice, useDeleteDevice, useNewPassword } from '../api/devices';
import type { Device } from '../api/types';
import { ConfirmDialog } from '../ui/ConfirmDialog';
import { CopyField } from '../ui/CopyField';
import { Actions, Dialog } from '../ui/Dialog';
import { Failure } from '../ui/Failure';

interface Props {
  device: Device;
  opened: boolean;
  onClose: () => void;
}

export function RenameDialog(props: Props) {
  const { t } = useTranslation();
  return (
    <Dialog opened={props.opened} onClose={props.onClose} title={t('device.rename')}>
      <RenameForm {...props} />
    </Dialog>
  );
}

function RenameForm({ device, onClose }: Props) {
  const { t } = useTranslation();
  const change = useChangeDevice(device.login_code);
  const [name, setName] = useState(device.name);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        change.mutate(
          { name: name.trim() },
          {
            onSuccess: () => {
              notifications.show({ message: t('device.renamed'), color: 'gray' });
              onClose();
            },
          },
        );
      }}
    >
      <Stack>
        <Failure error={change.error} />
        <TextInput
          label={t('add.name')}
          maxLength={128}
          data-autofocus
          data-testid="rename-input"
          value={name}
          onChange={(event) => {
            setName(event.currentTarget.value);
          }}
        />
        <Actions onCancel={onClose}>
          <Button type="submit" loading={change.isPending} data-testid="rename-submit">
            {t('device.save')}
          </Button>
        </Actions>
      </Stack>
    </form>
  );
}

export function NewPasswordDialog(props: Props) {
  const { t } = useTranslation();
  return (
    <Dialog opened={props.opened} onClose={props.onClose} title={t('device.newPassword')} keepOnClickOutside>
      <NewPassword {...props} />
    </Dialog>
  );
}

function NewPassword({ device, onClose }: Props) {
  const { t } = useTranslation();
  const renew = useNewPassword(device.login_code);
  if (renew.data) {
    return (
      <Stack>
        <CopyField label={t('device.newPasswordDone')} value={renew.data.login_passwd} testId="new-login-passwd" />
        <Text size="sm" c="dimmed">
          {t('add.once')}
        </Text>
        <Actions>
          <Button onClick={onClose}>{t('add.done')}</Button>
        </Actions>
      </Stack>
    );
  }
  return (
    <Stack>
      <Failure error={renew.error} />
      <Text size="sm">{t('device.newPasswordText')}</Text>
      <Actions onCancel={onClose}>
        <Button
          loading={renew.isPending}
          onClick={() => {
            renew.mutate();
          }}
          data-testid="new-password-submit"
        >
          {t('device.newPasswordAction')}
        </Button>
      </Actions>
    </Stack>
  );
}

export function DeleteDialog({ device, opened, onClose }: Props) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const name = device.name || device.login_code;
  const remove = useDeleteDevice(device.login_code, () => {
    notifications.show({ message: t('device.deleted', { name }), color: 'gray' });
    void navigate('/devices', { replace: true });
  });
  return (
    <ConfirmDialog
      opened={opened}
      title={t('device.deleteTitle', { name })}
      text={t('device.deleteText')}
      action={t('device.delete')}
      word={name}
      pending={remove.isPending}
      error={remove.error}
      onConfirm={() => {
        remove.mutate();
      }}
      onClose={() => {
        remove.reset();
        onClose();
      }}
    />
  );
}

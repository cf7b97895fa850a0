import { ActionIcon, Menu } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import {
  IconDotsVertical,
  IconKey,
  IconPencil,
  IconPlugConnected,
  IconPlugConnectedX,
  IconTrash,
} from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useChangeDevice } from '../api/devices';
import type { Device } from '../api/types';
import { errorText } from '../i18n/errors';
import { DeleteDialog, NewPasswordDialog, RenameDialog } from './DeviceDialogs';

type Dialog = 'rename' | 'password' | 'delete';

/** What those who may configure it can do with the device itself. */
export function DeviceMenu({ device }: { device: Device }) {
  const { t } = useTranslation();
  const [dialog, setDialog] = useState<Dialog>();
  const change = useChangeDevice(device.login_code);
  const close = (): void => {
    setDialog(undefined);
  };
  const toggle = (): void => {
    change.mutate(
      { disabled: !device.disabled },
      {
        onSuccess: ({ disabled }) => {
          notifications.show({ message: t(disabled ? 'device.disabledDone' : 'device.enabledDone'), color: 'gray' });
        },
        onError: (error) => {
          notifications.show({ message: errorText(t, error), color: 'red' });
        },
      },
    );
  };
  return (
    <>
      <Menu position="bottom-end" width={210}>
        <Menu.Target>
          <ActionIcon variant="default" size={38} aria-label={t('device.actions')} data-testid="device-menu">
            <IconDotsVertical size={18} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            leftSection={<IconPencil size={17} />}
            onClick={() => {
              setDialog('rename');
            }}
            data-testid="rename"
          >
            {t('device.rename')}
          </Menu.Item>
          <Menu.Item
            leftSection={device.disabled ? <IconPlugConnected size={17} /> : <IconPlugConnectedX size={17} />}
            onClick={toggle}
            data-testid="toggle-disabled"
          >
            {t(device.disabled ? 'device.enable' : 'device.disable')}
          </Menu.Item>
          <Menu.Item
            leftSection={<IconKey size={17} />}
            onClick={() => {
              setDialog('password');
            }}
            data-testid="new-password"
          >
            {t('device.newPassword')}
          </Menu.Item>
          <Menu.Divider />
          <Menu.Item
            color="red"
            leftSection={<IconTrash size={17} />}
            onClick={() => {
              setDialog('delete');
            }}
            data-testid="delete"
          >
            {t('device.delete')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <RenameDialog device={device} opened={dialog === 'rename'} onClose={close} />
      <NewPasswordDialog device={device} opened={dialog === 'password'} onClose={close} />
      <DeleteDialog device={device} opened={dialog === 'delete'} onClose={close} />
    </>
  );
}

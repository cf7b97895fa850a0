import { ActionIcon, Menu } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import {
  IconDotsVertical,
  IconFolderSymlink,
  IconKey,
  IconPencil,
  IconPlugConnected,
  IconPlugConnectedX,
  IconTrash,
  IconUnlink,
} from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { may } from '../api/currentTenant';
import { useChangeDevice } from '../api/devices';
import type { Device } from '../api/types';
import { ReleaseDialog } from '../binding/ReleaseDialog';
import { MoveDeviceDialog } from '../groups/MoveDeviceDialog';
import { useHasGroups } from '../groups/useHasGroups';
import { errorText } from '../i18n/errors';
import { DeleteDialog, NewPasswordDialog, RenameDialog } from './DeviceDialogs';

type Dialog = 'rename' | 'move' | 'password' | 'release' | 'delete';

/** What can be done with the device itself; nothing for those who may only look. */
export function DeviceMenu({ device }: { device: Device }) {
  return may('configure', device) ? <Actions device={device} /> : null;
}

function Actions({ device }: { device: Device }) {
  const { t } = useTranslation();
  const tenant = device.tenant?.id;
  const hasGroups = useHasGroups(tenant);
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
          {hasGroups && (
            <Menu.Item
              leftSection={<IconFolderSymlink size={17} />}
              onClick={() => {
                setDialog('move');
              }}
              data-testid="move"
            >
              {t('groups.moveDevice')}
            </Menu.Item>
          )}
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
          {tenant !== undefined && (
            <Menu.Item
              color="red"
              leftSection={<IconUnlink size={17} />}
              onClick={() => {
                setDialog('release');
              }}
              data-testid="release"
            >
              {t('release.action')}
            </Menu.Item>
          )}
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
      {tenant !== undefined && (
        <>
          <MoveDeviceDialog device={device} tenant={tenant} opened={dialog === 'move'} onClose={close} />
          <ReleaseDialog device={device} opened={dialog === 'release'} onClose={close} />
        </>
      )}
      <NewPasswordDialog device={device} opened={dialog === 'password'} onClose={close} />
      <DeleteDialog device={device} opened={dialog === 'delete'} onClose={close} />
    </>
  );
}

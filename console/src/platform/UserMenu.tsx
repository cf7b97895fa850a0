import { Menu } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import {
  IconKey,
  IconLogout,
  IconShield,
  IconShieldOff,
  IconTrash,
  IconUserCheck,
  IconUserOff,
} from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PlatformUser } from '../api/types';
import { useChangeUser, useDeleteUser, useEndUserSessions, useUserResetLink } from '../api/users';
import { errorText } from '../i18n/errors';
import { ConfirmDialog } from '../ui/ConfirmDialog';
import { LinkDialog } from '../ui/LinkDialog';
import { RowMenu } from '../ui/RowMenu';

/** What those who run the cloud can do with a user. */
export function UserMenu({ user }: { user: PlatformUser }) {
  const { t } = useTranslation();
  const [dialog, setDialog] = useState<'admin' | 'reset' | 'delete'>();
  const change = useChangeUser(user.id);
  const end = useEndUserSessions(user.id);
  const reset = useUserResetLink(user.id);
  const remove = useDeleteUser(user.id);
  const close = (): void => {
    setDialog(undefined);
    change.reset();
    reset.reset();
    remove.reset();
  };
  const onError = (error: unknown): void => {
    notifications.show({ message: errorText(t, error), color: 'red' });
  };
  const name = user.username;
  return (
    <>
      <RowMenu label={t('people.actions', { name })}>
        <Menu.Item
          leftSection={user.disabled ? <IconUserCheck size={17} /> : <IconUserOff size={17} />}
          onClick={() => {
            change.mutate({ disabled: !user.disabled }, { onError });
          }}
        >
          {t(user.disabled ? 'users.enable' : 'users.disable')}
        </Menu.Item>
        <Menu.Item
          leftSection={user.platform_admin ? <IconShieldOff size={17} /> : <IconShield size={17} />}
          onClick={() => {
            if (user.platform_admin) change.mutate({ platform_admin: false }, { onError });
            else setDialog('admin');
          }}
        >
          {t(user.platform_admin ? 'users.unmakeAdmin' : 'users.makeAdmin')}
        </Menu.Item>
        <Menu.Item
          leftSection={<IconKey size={17} />}
          onClick={() => {
            setDialog('reset');
          }}
        >
          {t('people.reset')}
        </Menu.Item>
        <Menu.Item
          leftSection={<IconLogout size={17} />}
          onClick={() => {
            end.mutate(undefined, {
              onSuccess: () => {
                notifications.show({ message: t('users.endedSessions', { name }), color: 'gray' });
              },
              onError,
            });
          }}
        >
          {t('users.endSessions')}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item
          color="red"
          leftSection={<IconTrash size={17} />}
          onClick={() => {
            setDialog('delete');
          }}
        >
          {t('device.delete')}
        </Menu.Item>
      </RowMenu>
      <ConfirmDialog
        opened={dialog === 'admin'}
        title={t('users.adminTitle', { name })}
        text={t('users.adminText')}
        action={t('users.makeAdmin')}
        harmful={false}
        pending={change.isPending}
        error={change.error}
        onConfirm={() => {
          change.mutate({ platform_admin: true }, { onSuccess: close });
        }}
        onClose={close}
      />
      <LinkDialog
        opened={dialog === 'reset'}
        onClose={close}
        title={t('people.resetTitle', { name })}
        text={t('people.resetText')}
        action={t('people.resetAction')}
        making={reset}
      />
      <ConfirmDialog
        opened={dialog === 'delete'}
        title={t('device.deleteTitle', { name })}
        text={t('users.deleteText')}
        action={t('device.delete')}
        word={name}
        pending={remove.isPending}
        error={remove.error}
        onConfirm={() => {
          remove.mutate(undefined, { onSuccess: close });
        }}
        onClose={close}
      />
    </>
  );
}

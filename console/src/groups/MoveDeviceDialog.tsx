import { Button, Stack } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useChangeDevice } from '../api/devices';
import type { Device } from '../api/types';
import { Actions, Dialog } from '../ui/Dialog';
import { Failure } from '../ui/Failure';
import { GroupSelect } from './GroupSelect';

interface Props {
  device: Device;
  tenant: number;
  onClose: () => void;
}

/** Sorts a device into another group, or into none. */
export function MoveDeviceDialog({ opened, ...props }: Props & { opened: boolean }) {
  const { t } = useTranslation();
  return (
    <Dialog opened={opened} onClose={props.onClose} title={t('groups.moveDevice')}>
      <MoveForm {...props} />
    </Dialog>
  );
}

function MoveForm({ device, tenant, onClose }: Props) {
  const { t } = useTranslation();
  const change = useChangeDevice(device.login_code);
  const [group, setGroup] = useState(device.group_id ?? undefined);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        change.mutate(
          { group_id: group ?? null },
          {
            onSuccess: () => {
              notifications.show({ message: t('groups.moved'), color: 'gray' });
              onClose();
            },
          },
        );
      }}
    >
      <Stack>
        <Failure error={change.error} />
        <GroupSelect
          tenant={tenant}
          label={t('groups.choose')}
          placeholder={t('groups.noGroup')}
          data-autofocus
          data-testid="move-group"
          value={group}
          onChange={setGroup}
        />
        <Actions onCancel={onClose}>
          <Button type="submit" loading={change.isPending} data-testid="move-submit">
            {t('groups.moveAction')}
          </Button>
        </Actions>
      </Stack>
    </form>
  );
}

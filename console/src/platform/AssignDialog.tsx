import { Button, Stack } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useAssignDevice } from '../api/stock';
import type { Device } from '../api/types';
import { Actions, Dialog } from '../ui/Dialog';
import { Failure } from '../ui/Failure';
import { TenantSelect } from './TenantSelect';

interface Props {
  device: Device;
  onClose: () => void;
}

/** Gives a device that nobody holds to an organisation. */
export function AssignDialog({ opened, ...props }: Props & { opened: boolean }) {
  const { t } = useTranslation();
  const name = props.device.name || props.device.login_code;
  return (
    <Dialog opened={opened} onClose={props.onClose} title={t('stock.assignTitle', { name })}>
      <AssignForm {...props} />
    </Dialog>
  );
}

function AssignForm({ device, onClose }: Props) {
  const { t } = useTranslation();
  const assign = useAssignDevice(device.login_code);
  const [tenant, setTenant] = useState<number>();
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (tenant === undefined) return;
        // By the promise: the device's row may be gone before the answer is here.
        assign.mutateAsync(tenant).then(
          (assigned) => {
            const name = assigned.name || assigned.login_code;
            const organisation = assigned.tenant?.name ?? '';
            notifications.show({ message: t('stock.assigned', { name, organisation }), color: 'gray' });
            onClose();
          },
          () => undefined,
        );
      }}
    >
      <Stack>
        <Failure error={assign.error} />
        <TenantSelect
          label={t('stock.assignTo')}
          data-autofocus
          data-testid="assign-to"
          value={tenant}
          onChange={setTenant}
        />
        <Actions onCancel={onClose}>
          <Button type="submit" loading={assign.isPending} disabled={tenant === undefined} data-testid="assign-submit">
            {t('stock.assign')}
          </Button>
        </Actions>
      </Stack>
    </form>
  );
}

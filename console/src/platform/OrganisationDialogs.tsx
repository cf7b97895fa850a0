import { Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useCreateTenant, useRenameTenant } from '../api/tenants';
import type { Tenant } from '../api/types';
import { Dialog } from '../ui/Dialog';
import { LinkOnce } from '../ui/LinkDialog';
import { NameForm } from '../ui/NameForm';

interface DialogProps {
  opened: boolean;
  onClose: () => void;
}

/** Makes an organisation; the link shown then makes whoever opens it its owner. */
export function NewOrganisationDialog({ opened, onClose }: DialogProps) {
  const { t } = useTranslation();
  return (
    <Dialog opened={opened} onClose={onClose} title={t('organisations.add')} keepOnClickOutside>
      <NewOrganisation onClose={onClose} />
    </Dialog>
  );
}

function NewOrganisation({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const create = useCreateTenant();
  if (create.data) {
    return (
      <Stack>
        <Text size="sm">{t('organisations.ownerLink')}</Text>
        <LinkOnce link={create.data.owner_link} onClose={onClose} />
      </Stack>
    );
  }
  return (
    <NameForm
      start=""
      action={t('organisations.create')}
      pending={create.isPending}
      error={create.error}
      onName={(name) => {
        create.mutate(name);
      }}
      onClose={onClose}
    />
  );
}

export function RenameOrganisationDialog({ tenant, opened, onClose }: DialogProps & { tenant: Tenant }) {
  const { t } = useTranslation();
  return (
    <Dialog opened={opened} onClose={onClose} title={t('device.rename')}>
      <Rename tenant={tenant} onClose={onClose} />
    </Dialog>
  );
}

function Rename({ tenant, onClose }: { tenant: Tenant; onClose: () => void }) {
  const { t } = useTranslation();
  const rename = useRenameTenant(tenant.id);
  return (
    <NameForm
      start={tenant.name}
      action={t('device.save')}
      pending={rename.isPending}
      error={rename.error}
      onName={(name) => {
        rename.mutate(name, { onSuccess: onClose });
      }}
      onClose={onClose}
    />
  );
}

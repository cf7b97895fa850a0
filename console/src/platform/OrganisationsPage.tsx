import { Button, Menu, Stack } from '@mantine/core';
import { IconDeviceCctv, IconPencil, IconPlus, IconTrash, IconUserPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useDeleteTenant, useInviteOwner, useTenants } from '../api/tenants';
import type { Tenant } from '../api/types';
import { dateText } from '../i18n/formats';
import { ConfirmDialog } from '../ui/ConfirmDialog';
import { LinkDialog } from '../ui/LinkDialog';
import { Loaded } from '../ui/Loaded';
import { PageHead } from '../ui/PageHead';
import { RowMenu } from '../ui/RowMenu';
import { NoRows, Row, Rows } from '../ui/Rows';
import { useNow } from '../ui/useNow';
import { NewOrganisationDialog, RenameOrganisationDialog } from './OrganisationDialogs';

/** Every organisation of the cloud. */
export function OrganisationsPage() {
  const { t } = useTranslation();
  const tenants = useTenants();
  const [adding, setAdding] = useState(false);
  return (
    <Stack>
      <PageHead title={t('nav.organisations')} text={t('organisations.text')}>
        <Button
          leftSection={<IconPlus size={17} />}
          onClick={() => {
            setAdding(true);
          }}
          data-testid="add-organisation"
        >
          {t('organisations.add')}
        </Button>
      </PageHead>
      <Loaded query={tenants}>
        {({ items }) =>
          items.length === 0 ? (
            <NoRows>{t('organisations.empty')}</NoRows>
          ) : (
            <Rows label={t('nav.organisations')} testId="organisations">
              {items.map((tenant) => (
                <OrganisationRow key={tenant.id} tenant={tenant} />
              ))}
            </Rows>
          )
        }
      </Loaded>
      <NewOrganisationDialog
        opened={adding}
        onClose={() => {
          setAdding(false);
        }}
      />
    </Stack>
  );
}

function OrganisationRow({ tenant }: { tenant: Tenant }) {
  const { t, i18n } = useTranslation();
  const now = useNow(60_000);
  const date = (at: string): string => dateText(i18n.language, new Date(at));
  const open = tenant.support_until != null && new Date(tenant.support_until) > now;
  return (
    <Row
      testId="organisation"
      title={tenant.name}
      below={t('organisations.since', { since: date(tenant.created_at) })}
      facts={[
        t('organisations.facts', { devices: tenant.devices, members: tenant.members }),
        !tenant.has_owner && t('organisations.noOwner'),
        open && t('organisations.supportUntil', { until: date(tenant.support_until ?? '') }),
      ]}
      actions={<OrganisationMenu tenant={tenant} />}
    />
  );
}

function OrganisationMenu({ tenant }: { tenant: Tenant }) {
  const { t } = useTranslation();
  const remove = useDeleteTenant(tenant.id);
  const invite = useInviteOwner(tenant.id);
  const [dialog, setDialog] = useState<'rename' | 'owner' | 'delete'>();
  const close = (): void => {
    setDialog(undefined);
    invite.reset();
    remove.reset();
  };
  return (
    <>
      <RowMenu label={t('people.actions', { name: tenant.name })}>
        <Menu.Item component={Link} to={`/devices?tenant=${tenant.id}`} leftSection={<IconDeviceCctv size={17} />}>
          {t('organisations.showDevices')}
        </Menu.Item>
        <Menu.Item
          leftSection={<IconPencil size={17} />}
          onClick={() => {
            setDialog('rename');
          }}
        >
          {t('device.rename')}
        </Menu.Item>
        {!tenant.has_owner && (
          <Menu.Item
            leftSection={<IconUserPlus size={17} />}
            onClick={() => {
              setDialog('owner');
            }}
          >
            {t('organisations.inviteOwner')}
          </Menu.Item>
        )}
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
      <RenameOrganisationDialog tenant={tenant} opened={dialog === 'rename'} onClose={close} />
      <LinkDialog
        opened={dialog === 'owner'}
        title={t('organisations.ownerTitle', { name: tenant.name })}
        text={t('organisations.ownerText')}
        action={t('people.resetAction')}
        making={invite}
        onClose={close}
      />
      <ConfirmDialog
        opened={dialog === 'delete'}
        title={t('device.deleteTitle', { name: tenant.name })}
        text={t('organisations.deleteText')}
        action={t('device.delete')}
        word={tenant.name}
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

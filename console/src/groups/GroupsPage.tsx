import { ActionIcon, Button, Group as Line, Menu, Stack, Text } from '@mantine/core';
import { IconArrowsMove, IconFolder, IconFolderPlus, IconPencil, IconPlus, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useDeleteGroup, useGroups } from '../api/groups';
import type { Group } from '../api/types';
import { useOrganisation } from '../organisation/useOrganisation';
import { ConfirmDialog } from '../ui/ConfirmDialog';
import { Loaded } from '../ui/Loaded';
import { PageHead } from '../ui/PageHead';
import { RowMenu } from '../ui/RowMenu';
import { NoRows } from '../ui/Rows';
import rows from '../ui/Rows.module.css';
import { GroupDialog, MoveGroupDialog } from './GroupDialogs';
import { flat, forestOf } from './tree';

/** Sites, floors, gates: the tree that devices are sorted into, and that people's reach is told by. */
export function GroupsPage() {
  const { t, i18n } = useTranslation();
  const { id: tenant } = useOrganisation();
  const groups = useGroups(tenant);
  const [adding, setAdding] = useState(false);
  return (
    <Stack>
      <PageHead title={t('groups.title')} text={t('groups.text')}>
        <Button
          leftSection={<IconPlus size={17} />}
          onClick={() => {
            setAdding(true);
          }}
          data-testid="add-group"
        >
          {t('groups.add')}
        </Button>
      </PageHead>
      <Loaded query={groups}>
        {({ items }) =>
          items.length === 0 ? (
            <NoRows>{t('groups.empty')}</NoRows>
          ) : (
            <ul className={rows.frame} aria-label={t('groups.title')} data-testid="groups">
              {flat(forestOf(items, i18n.language)).map(({ group, depth, devices }) => (
                <GroupRow key={group.id} tenant={tenant} group={group} depth={depth} devices={devices} all={items} />
              ))}
            </ul>
          )
        }
      </Loaded>
      <GroupDialog
        tenant={tenant}
        opened={adding}
        onClose={() => {
          setAdding(false);
        }}
      />
    </Stack>
  );
}

interface RowProps {
  tenant: number;
  group: Group;
  depth: number;
  devices: number;
  all: Group[];
}

function GroupRow({ tenant, group, depth, devices, all }: RowProps) {
  const { t } = useTranslation();
  const [dialog, setDialog] = useState<'below' | 'rename' | 'move' | 'delete'>();
  const remove = useDeleteGroup(tenant, group.id);
  const close = (): void => {
    setDialog(undefined);
    remove.reset();
  };
  return (
    <li className={rows.row} style={{ paddingInlineStart: `${1 + depth * 1.5}rem`, minHeight: '3rem' }}>
      <Line gap={10} wrap="nowrap" style={{ flex: 1, minWidth: 0 }}>
        <IconFolder size={18} stroke={1.6} aria-hidden="true" style={{ flex: 'none' }} />
        <Text truncate fw={depth === 0 ? 550 : 400}>
          {group.name}
        </Text>
        <Text size="xs" c="dimmed" className="numbers" style={{ whiteSpace: 'nowrap' }}>
          <Link to={`/devices?tenant=${tenant}&group=${group.id}`} style={{ color: 'inherit' }}>
            {t('groups.devices', { devices })}
          </Link>
        </Text>
      </Line>
      <ActionIcon
        variant="subtle"
        color="gray"
        size={36}
        visibleFrom="sm"
        aria-label={t('groups.addBelow', { name: group.name })}
        onClick={() => {
          setDialog('below');
        }}
      >
        <IconFolderPlus size={18} />
      </ActionIcon>
      <RowMenu label={t('groups.actions', { name: group.name })}>
        <Menu.Item
          leftSection={<IconFolderPlus size={17} />}
          onClick={() => {
            setDialog('below');
          }}
        >
          {t('groups.addInside')}
        </Menu.Item>
        <Menu.Item
          leftSection={<IconPencil size={17} />}
          onClick={() => {
            setDialog('rename');
          }}
        >
          {t('device.rename')}
        </Menu.Item>
        <Menu.Item
          leftSection={<IconArrowsMove size={17} />}
          onClick={() => {
            setDialog('move');
          }}
        >
          {t('groups.move')}
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
      <GroupDialog tenant={tenant} parent={group} opened={dialog === 'below'} onClose={close} />
      <GroupDialog tenant={tenant} group={group} opened={dialog === 'rename'} onClose={close} />
      <MoveGroupDialog tenant={tenant} group={group} all={all} opened={dialog === 'move'} onClose={close} />
      <ConfirmDialog
        opened={dialog === 'delete'}
        title={t('groups.deleteTitle', { name: group.name })}
        text={t('groups.deleteText')}
        action={t('device.delete')}
        pending={remove.isPending}
        error={remove.error}
        onConfirm={() => {
          remove.mutate(undefined, { onSuccess: close });
        }}
        onClose={close}
      />
    </li>
  );
}

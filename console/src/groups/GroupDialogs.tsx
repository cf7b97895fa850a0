import { Button, Stack } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useAddGroup, useChangeGroup } from '../api/groups';
import type { Group } from '../api/types';
import { Actions, Dialog } from '../ui/Dialog';
import { Failure } from '../ui/Failure';
import { NameForm } from '../ui/NameForm';
import { GroupSelect } from './GroupSelect';
import { subtreeIds } from './tree';

interface Props {
  tenant: number;
  /** The group to rename; nothing makes one. */
  group?: Group;
  /** Where to make it; nothing: at the top. */
  parent?: Group;
  opened: boolean;
  onClose: () => void;
}

/** Makes a group, or renames one. */
export function GroupDialog(props: Props) {
  const { t } = useTranslation();
  const { group, parent, opened, onClose } = props;
  const title = group ? t('device.rename') : parent ? t('groups.addBelow', { name: parent.name }) : t('groups.add');
  return (
    <Dialog opened={opened} onClose={onClose} title={title}>
      {group ? <RenameForm {...props} group={group} /> : <AddForm {...props} />}
    </Dialog>
  );
}

function AddForm({ tenant, parent, onClose }: Props) {
  const { t } = useTranslation();
  const add = useAddGroup(tenant);
  return (
    <NameForm
      start=""
      placeholder={t('groups.namePlaceholder')}
      action={t('groups.add')}
      pending={add.isPending}
      error={add.error}
      onClose={onClose}
      onName={(name) => {
        add.mutate({ name, ...(parent ? { parent_id: parent.id } : {}) }, { onSuccess: onClose });
      }}
    />
  );
}

function RenameForm({ tenant, group, onClose }: Props & { group: Group }) {
  const { t } = useTranslation();
  const change = useChangeGroup(tenant, group.id);
  return (
    <NameForm
      start={group.name}
      action={t('device.save')}
      pending={change.isPending}
      error={change.error}
      onClose={onClose}
      onName={(name) => {
        change.mutate({ name }, { onSuccess: onClose });
      }}
    />
  );
}

interface MoveProps {
  tenant: number;
  group: Group;
  all: Group[];
  opened: boolean;
  onClose: () => void;
}

export function MoveGroupDialog(props: MoveProps) {
  const { t } = useTranslation();
  return (
    <Dialog opened={props.opened} onClose={props.onClose} title={t('groups.moveTitle', { name: props.group.name })}>
      <MoveForm {...props} />
    </Dialog>
  );
}

function MoveForm({ tenant, group, all, onClose }: MoveProps) {
  const { t } = useTranslation();
  const change = useChangeGroup(tenant, group.id);
  const [parent, setParent] = useState(group.parent_id ?? undefined);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        change.mutate({ parent_id: parent ?? null }, { onSuccess: onClose });
      }}
    >
      <Stack>
        <Failure error={change.error} />
        <GroupSelect
          tenant={tenant}
          label={t('groups.moveTo')}
          placeholder={t('groups.top')}
          except={subtreeIds(all, group.id)}
          value={parent}
          onChange={setParent}
        />
        <Actions onCancel={onClose}>
          <Button type="submit" loading={change.isPending}>
            {t('groups.moveAction')}
          </Button>
        </Actions>
      </Stack>
    </form>
  );
}

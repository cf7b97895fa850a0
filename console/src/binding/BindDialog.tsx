import { Button, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useCreateBind } from '../api/binds';
import type { CreatedBind } from '../api/types';
import { GroupSelect } from '../groups/GroupSelect';
import { useHasGroups } from '../groups/useHasGroups';
import { Actions, Dialog } from '../ui/Dialog';
import { Failure } from '../ui/Failure';
import { ShowBind } from './ShowBind';

interface Props {
  tenant: number;
  /** The group that is looked at. */
  group?: number | undefined;
  onClose: () => void;
}

/** Brings a device in that has its own code and password: it reads a bind id, and tells it to the cloud. */
export function BindDialog({ opened, ...props }: Props & { opened: boolean }) {
  const { t } = useTranslation();
  return (
    <Dialog opened={opened} onClose={props.onClose} title={t('bind.title')} size="lg" keepOnClickOutside>
      <Bind {...props} />
    </Dialog>
  );
}

function Bind({ tenant, group, onClose }: Props) {
  const create = useCreateBind(tenant);
  const [bind, setBind] = useState<CreatedBind>();
  const [wanted, setWanted] = useState<{ name: string; group: number | undefined }>({ name: '', group });
  const make = (): void => {
    create.mutate(
      {
        ...(wanted.name.trim() ? { name: wanted.name.trim() } : {}),
        ...(wanted.group === undefined ? {} : { group_id: wanted.group }),
      },
      { onSuccess: setBind },
    );
  };
  if (bind) {
    return (
      <ShowBind
        // Another bind id is another wait.
        key={bind.id}
        tenant={tenant}
        bind={bind}
        making={create.isPending}
        onAgain={make}
        onAnother={() => {
          setBind(undefined);
          setWanted({ name: '', group: wanted.group });
        }}
        onClose={onClose}
      />
    );
  }
  return (
    <BindForm
      tenant={tenant}
      wanted={wanted}
      onWanted={setWanted}
      pending={create.isPending}
      error={create.error}
      onMake={make}
      onClose={onClose}
    />
  );
}

interface FormProps {
  tenant: number;
  wanted: { name: string; group: number | undefined };
  onWanted: (wanted: { name: string; group: number | undefined }) => void;
  pending: boolean;
  error: unknown;
  onMake: () => void;
  onClose: () => void;
}

function BindForm({ tenant, wanted, onWanted, pending, error, onMake, onClose }: FormProps) {
  const { t } = useTranslation();
  const hasGroups = useHasGroups(tenant);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onMake();
      }}
    >
      <Stack>
        <Failure error={error} />
        <Text size="sm">{t('bind.text')}</Text>
        <TextInput
          label={t('bind.name')}
          placeholder={t('bind.optional')}
          maxLength={128}
          data-autofocus
          data-testid="bind-name"
          value={wanted.name}
          onChange={(event) => {
            onWanted({ ...wanted, name: event.currentTarget.value });
          }}
        />
        {hasGroups && (
          <GroupSelect
            tenant={tenant}
            label={t('bind.group')}
            placeholder={t('bind.optional')}
            value={wanted.group}
            onChange={(group) => {
              onWanted({ ...wanted, group });
            }}
          />
        )}
        <Actions onCancel={onClose}>
          <Button type="submit" loading={pending} data-testid="bind-make">
            {t('bind.make')}
          </Button>
        </Actions>
      </Stack>
    </form>
  );
}

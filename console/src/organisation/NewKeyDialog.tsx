import { Button, Checkbox, Select, Stack, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useCreateApiKey } from '../api/apiKeys';
import { may } from '../api/currentTenant';
import type { MyTenant, Permission } from '../api/types';
import { CopyField } from '../ui/CopyField';
import { Actions, Dialog } from '../ui/Dialog';
import { Failure } from '../ui/Failure';
import { OnceField } from '../ui/OnceField';

const SCOPES = [
  'view',
  'see_live',
  'see_recordings',
  'control',
  'configure',
  'call_any',
  'manage_people',
] as const satisfies Permission[];

const DAYS = [7, 30, 90, 365] as const;
const DAY_MS = 86_400_000;

interface Props {
  organisation: MyTenant;
  onClose: () => void;
}

export function NewKeyDialog({ opened, ...props }: Props & { opened: boolean }) {
  const { t } = useTranslation();
  return (
    <Dialog opened={opened} onClose={props.onClose} title={t('keys.add')} size="lg" keepOnClickOutside>
      <NewKey {...props} />
    </Dialog>
  );
}

function NewKey({ organisation, onClose }: Props) {
  const { t } = useTranslation();
  const create = useCreateApiKey(organisation.id);
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<string[]>(['view']);
  const [days, setDays] = useState<number>(90);
  if (create.data) return <MadeKey secret={create.data.key} onClose={onClose} />;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        create.mutate({
          name: name.trim(),
          scopes: SCOPES.filter((scope) => scopes.includes(scope)),
          ...(days > 0 ? { expires_at: new Date(Date.now() + days * DAY_MS).toISOString() } : {}),
        });
      }}
    >
      <Stack>
        <Failure error={create.error} />
        <TextInput
          label={t('add.name')}
          placeholder={t('keys.namePlaceholder')}
          required
          withAsterisk={false}
          maxLength={100}
          data-autofocus
          data-testid="key-name"
          value={name}
          onChange={(event) => {
            setName(event.currentTarget.value);
          }}
        />
        <Checkbox.Group label={t('keys.scopes')} value={scopes} onChange={setScopes}>
          <Stack gap={8} mt={6}>
            {SCOPES.filter((scope) => may(scope, organisation)).map((scope) => (
              <Checkbox
                key={scope}
                value={scope}
                label={t(`permission.${scope}`)}
                description={t(`permission.text.${scope}`)}
              />
            ))}
          </Stack>
        </Checkbox.Group>
        <Select
          label={t('keys.expiry')}
          allowDeselect={false}
          value={String(days)}
          onChange={(chosen) => {
            setDays(Number(chosen));
          }}
          data={[
            ...DAYS.map((count) => ({ value: String(count), label: t('keys.days', { days: count }) })),
            { value: '0', label: t('keys.noExpiry') },
          ]}
        />
        <Actions onCancel={onClose}>
          <Button
            type="submit"
            loading={create.isPending}
            disabled={!name.trim() || scopes.length === 0}
            data-testid="key-submit"
          >
            {t('keys.make')}
          </Button>
        </Actions>
      </Stack>
    </form>
  );
}

function MadeKey({ secret, onClose }: { secret: string; onClose: () => void }) {
  const { t } = useTranslation();
  const command = `curl -H 'Authorization: Bearer ${secret}' ${globalThis.location.origin}/api/v1/devices`;
  return (
    <Stack>
      <OnceField label={t('keys.key')} value={secret} note={t('keys.once')} testId="new-key" />
      <CopyField block label={t('keys.try')} value={command} />
      <Actions>
        <Button onClick={onClose} data-testid="key-done">
          {t('add.done')}
        </Button>
      </Actions>
    </Stack>
  );
}

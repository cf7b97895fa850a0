import { Button, Group, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useRenameTenant } from '../api/tenants';
import type { MyTenant } from '../api/types';
import { Card } from '../ui/Card';
import { Failure } from '../ui/Failure';

export function RenameCard({ organisation }: { organisation: MyTenant }) {
  const { t } = useTranslation();
  const rename = useRenameTenant(organisation.id);
  const [name, setName] = useState(organisation.name);
  const unchanged = name.trim() === organisation.name || !name.trim();
  return (
    <Card title={t('add.name')}>
      <Failure error={rename.error} />
      <form
        style={{ width: '100%' }}
        onSubmit={(event) => {
          event.preventDefault();
          if (unchanged) return;
          rename.mutate(name.trim(), {
            onSuccess: () => {
              notifications.show({ message: t('device.renamed'), color: 'gray' });
            },
          });
        }}
      >
        <Group gap="sm">
          <TextInput
            style={{ flex: '1 1 14rem' }}
            aria-label={t('add.name')}
            maxLength={100}
            data-testid="organisation-name"
            value={name}
            onChange={(event) => {
              setName(event.currentTarget.value);
            }}
          />
          <Button type="submit" variant="default" loading={rename.isPending} disabled={unchanged}>
            {t('device.save')}
          </Button>
        </Group>
      </form>
    </Card>
  );
}

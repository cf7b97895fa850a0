import { Button, Stack } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import type { Grant, Role } from '../api/types';
import { GrantFields } from './GrantFields';
import { usualPermissions } from './standing';

interface Props {
  tenant: number;
  role: Role;
  value: Grant[];
  onChange: (grants: Grant[]) => void;
}

/** What somebody may do with parts of an organisation. */
export function GrantsEditor({ tenant, role, value, onChange }: Props) {
  const { t } = useTranslation();
  const none = value.length === 0;
  // There is nothing to say about no part: begin with one.
  useEffect(() => {
    if (none) onChange([{ permissions: usualPermissions(role) }]);
  }, [none, role, onChange]);
  return (
    <Stack gap="sm">
      {value.map((grant, at) => (
        <GrantFields
          // Grants have no names of their own, and are only added at the end.
          key={at}
          tenant={tenant}
          value={grant}
          onChange={(changed) => {
            onChange(value.with(at, changed));
          }}
          {...(value.length > 1
            ? {
                onRemove: () => {
                  onChange(value.toSpliced(at, 1));
                },
              }
            : {})}
        />
      ))}
      <Button
        variant="default"
        size="xs"
        leftSection={<IconPlus size={15} />}
        style={{ alignSelf: 'flex-start' }}
        onClick={() => {
          onChange([...value, { permissions: usualPermissions(role) }]);
        }}
      >
        {t('people.addPart')}
      </Button>
    </Stack>
  );
}

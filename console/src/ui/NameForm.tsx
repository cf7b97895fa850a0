import { Button, Stack, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Actions } from './Dialog';
import { Failure } from './Failure';

interface Props {
  start: string;
  placeholder?: string;
  action: string;
  pending: boolean;
  error: unknown;
  onName: (name: string) => void;
  onClose: () => void;
}

/** A dialog's content that asks for one name. */
export function NameForm({ start, placeholder, action, pending, error, onName, onClose }: Props) {
  const { t } = useTranslation();
  const [name, setName] = useState(start);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (name.trim()) onName(name.trim());
      }}
    >
      <Stack>
        <Failure error={error} />
        <TextInput
          label={t('add.name')}
          placeholder={placeholder}
          required
          withAsterisk={false}
          maxLength={100}
          data-autofocus
          data-testid="name"
          value={name}
          onChange={(event) => {
            setName(event.currentTarget.value);
          }}
        />
        <Actions onCancel={onClose}>
          <Button type="submit" loading={pending} data-testid="name-submit">
            {action}
          </Button>
        </Actions>
      </Stack>
    </form>
  );
}

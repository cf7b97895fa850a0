import { Button, Stack, Text, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Actions, Dialog } from './Dialog';
import { Failure } from './Failure';

interface Asking {
  title: string;
  text: string;
  /** What the button says. */
  action: string;
  /** Must be typed first: for what cannot be undone. */
  word?: string;
  /** It takes something away. */
  harmful?: boolean;
  pending: boolean;
  error: unknown;
  onConfirm: () => void;
  onClose: () => void;
  /** Further choices. */
  children?: ReactNode;
}

/** Asks before something is done that people may regret. */
export function ConfirmDialog({ opened, ...asking }: Asking & { opened: boolean }) {
  return (
    <Dialog opened={opened} onClose={asking.onClose} title={asking.title}>
      <Confirmation {...asking} />
    </Dialog>
  );
}

function Confirmation({ text, action, word, harmful = true, pending, error, onConfirm, onClose, children }: Asking) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState('');
  const unsure = word !== undefined && typed.trim() !== word.trim();
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (!unsure) onConfirm();
      }}
    >
      <Stack>
        <Failure error={error} />
        <Text size="sm">{text}</Text>
        {children}
        {word !== undefined && (
          <TextInput
            label={t('device.deleteConfirm', { word })}
            autoComplete="off"
            spellCheck={false}
            data-autofocus
            data-testid="confirm-word"
            value={typed}
            onChange={(event) => {
              setTyped(event.currentTarget.value);
            }}
          />
        )}
        <Actions onCancel={onClose}>
          <Button
            type="submit"
            {...(harmful ? { color: 'red' } : {})}
            loading={pending}
            disabled={unsure}
            data-autofocus={word === undefined || undefined}
            data-testid="confirm"
          >
            {action}
          </Button>
        </Actions>
      </Stack>
    </form>
  );
}

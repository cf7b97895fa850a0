import { Button, Group, Modal, type ModalProps } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

interface Props extends Pick<ModalProps, 'opened' | 'onClose' | 'title' | 'size' | 'onExitTransitionEnd'> {
  /** A stray click must not close it: something in it is shown only once, or was typed in. */
  keepOnClickOutside?: boolean;
  /** Only its own buttons close it: what it shows must not be lost by any stray key. */
  locked?: boolean;
  children: ReactNode;
}

export function Dialog({ keepOnClickOutside = false, locked = false, children, ...modal }: Props) {
  const { t } = useTranslation();
  return (
    <Modal
      {...modal}
      closeOnClickOutside={!keepOnClickOutside && !locked}
      closeOnEscape={!locked}
      withCloseButton={!locked}
      closeButtonProps={{ 'aria-label': t('app.close') }}
    >
      {children}
    </Modal>
  );
}

/** The buttons at a dialog's end. */
export function Actions({ onCancel, children }: { onCancel?: (() => void) | undefined; children: ReactNode }) {
  const { t } = useTranslation();
  return (
    <Group justify="flex-end" mt="xs">
      {onCancel && (
        <Button variant="default" onClick={onCancel}>
          {t('app.cancel')}
        </Button>
      )}
      {children}
    </Group>
  );
}

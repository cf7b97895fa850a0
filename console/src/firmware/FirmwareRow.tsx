import { Button, Menu, Stack, Text, Textarea } from '@mantine/core';
import { IconPencil, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useChangeFirmware, useDeleteFirmware } from '../api/firmware';
import type { Firmware } from '../api/types';
import { ConfirmDialog } from '../ui/ConfirmDialog';
import { Actions, Dialog } from '../ui/Dialog';
import { Failure } from '../ui/Failure';
import { RowMenu } from '../ui/RowMenu';
import { Row } from '../ui/Rows';
import { ImageFacts } from './ImageFacts';

/** One image in the store. */
export function FirmwareRow({ image, mayChange }: { image: Firmware; mayChange: boolean }) {
  const { t } = useTranslation();
  const remove = useDeleteFirmware();
  const [dialog, setDialog] = useState<'notes' | 'delete'>();
  const close = (): void => {
    setDialog(undefined);
    remove.reset();
  };
  return (
    <Row
      testId="image"
      title={image.firmware_model}
      below={<ImageFacts image={image} />}
      facts={[
        image.notes && (
          <Text key="notes" size="sm" lineClamp={2} title={image.notes}>
            {image.notes}
          </Text>
        ),
      ]}
      actions={
        mayChange && (
          <>
            <RowMenu label={t('people.actions', { name: image.firmware_model })}>
              <Menu.Item
                leftSection={<IconPencil size={17} />}
                onClick={() => {
                  setDialog('notes');
                }}
              >
                {t('firmware.editNotes')}
              </Menu.Item>
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
            <Dialog
              opened={dialog === 'notes'}
              onClose={close}
              title={t('firmware.notesOf', { name: image.firmware_model })}
            >
              <NotesForm image={image} onClose={close} />
            </Dialog>
            <ConfirmDialog
              opened={dialog === 'delete'}
              title={t('device.deleteTitle', { name: `${image.hardware_model} ${image.firmware_model}` })}
              text={t('firmware.deleteText')}
              action={t('device.delete')}
              pending={remove.isPending}
              error={remove.error}
              onConfirm={() => {
                remove.mutate(image.id, { onSuccess: close });
              }}
              onClose={close}
            />
          </>
        )
      }
    />
  );
}

function NotesForm({ image, onClose }: { image: Firmware; onClose: () => void }) {
  const { t } = useTranslation();
  const change = useChangeFirmware();
  const [notes, setNotes] = useState(image.notes);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        change.mutate({ id: image.id, notes: notes.trim() }, { onSuccess: onClose });
      }}
    >
      <Stack>
        <Failure error={change.error} />
        <Textarea
          aria-label={t('firmware.notes')}
          autosize
          minRows={4}
          maxRows={14}
          data-autofocus
          value={notes}
          onChange={(event) => {
            setNotes(event.currentTarget.value);
          }}
        />
        <Actions onCancel={onClose}>
          <Button type="submit" loading={change.isPending}>
            {t('device.save')}
          </Button>
        </Actions>
      </Stack>
    </form>
  );
}

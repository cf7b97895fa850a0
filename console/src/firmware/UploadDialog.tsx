import { Autocomplete, Button, Group, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconFileCode } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { firmwareUploadUrl } from '../api/firmware';
import { keys } from '../api/queries';
import { useUpload } from '../api/upload';
import type { Firmware } from '../api/types';
import { bytesText } from '../i18n/formats';
import { Actions, Dialog } from '../ui/Dialog';
import { Failure } from '../ui/Failure';
import { FileDrop } from '../ui/FileDrop';
import { UploadProgress } from '../ui/UploadProgress';

/** What the cloud takes at most. */
const MAX_BYTES = 512 * 1024 * 1024;

interface Props {
  tenant?: number;
  /** Hardware that there are images for already. */
  models: string[];
  onClose: () => void;
}

export function UploadDialog({ opened, onClose, ...props }: Props & { opened: boolean }) {
  const { t } = useTranslation();
  return (
    <Dialog opened={opened} onClose={onClose} title={t('firmware.add')} size="lg" keepOnClickOutside>
      <UploadForm {...props} onClose={onClose} />
    </Dialog>
  );
}

function UploadForm({ tenant, models, onClose }: Props) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [file, setFile] = useState<File>();
  const [hardware, setHardware] = useState(models.length === 1 ? (models[0] ?? '') : '');
  const [version, setVersion] = useState('');
  const [notes, setNotes] = useState('');
  const upload = useUpload<Firmware>(({ firmware_model }) => {
    void queries.invalidateQueries({ queryKey: keys.firmware });
    notifications.show({ message: t('firmware.added', { name: firmware_model }), color: 'gray' });
    onClose();
  });
  const tooLarge = file !== undefined && file.size > MAX_BYTES;
  const ready = file !== undefined && file.size > 0 && !tooLarge && hardware.trim() && version.trim();
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (!ready) return;
        const facts = { hardware_model: hardware.trim(), firmware_model: version.trim(), notes: notes.trim() };
        upload.start(firmwareUploadUrl({ ...(tenant === undefined ? {} : { tenant }), ...facts }), file);
      }}
    >
      <Stack>
        <Failure error={upload.error} testId="firmware-failure" />
        {file ? (
          <Group gap="sm" wrap="nowrap">
            <IconFileCode size={22} stroke={1.6} aria-hidden="true" style={{ flex: 'none' }} />
            <div style={{ flex: 1, minWidth: 0 }}>
              <Text size="sm" fw={550} truncate>
                {file.name}
              </Text>
              <Text size="xs" c={tooLarge || file.size === 0 ? 'red' : 'dimmed'}>
                {tooLarge ? t('firmware.tooLarge') : file.size === 0 ? t('firmware.emptyFile') : bytesText(file.size)}
              </Text>
            </div>
            {!upload.progress && (
              <Button
                size="xs"
                variant="default"
                onClick={() => {
                  setFile(undefined);
                  upload.reset();
                }}
              >
                {t('firmware.otherFile')}
              </Button>
            )}
          </Group>
        ) : (
          <FileDrop label={t('firmware.file')} hint={t('firmware.fileHint')} onFile={setFile} testId="firmware-file" />
        )}
        <Group grow align="flex-start" preventGrowOverflow={false}>
          <Autocomplete
            label={t('firmware.hardware')}
            description={t('firmware.hardwareHint')}
            required
            withAsterisk={false}
            maxLength={64}
            data={models}
            disabled={upload.progress !== undefined}
            data-testid="firmware-hardware"
            value={hardware}
            onChange={setHardware}
          />
          <TextInput
            label={t('firmware.version')}
            description={t('firmware.versionHint')}
            required
            withAsterisk={false}
            maxLength={64}
            disabled={upload.progress !== undefined}
            data-testid="firmware-version"
            value={version}
            onChange={(event) => {
              setVersion(event.currentTarget.value);
            }}
          />
        </Group>
        <Textarea
          label={t('firmware.notes')}
          placeholder={t('firmware.notesHint')}
          autosize
          minRows={2}
          maxRows={8}
          disabled={upload.progress !== undefined}
          value={notes}
          onChange={(event) => {
            setNotes(event.currentTarget.value);
          }}
        />
        {upload.progress ? (
          <UploadProgress name={t('firmware.uploading')} progress={upload.progress} onCancel={upload.cancel} />
        ) : (
          <Actions onCancel={onClose}>
            <Button type="submit" disabled={!ready} data-testid="firmware-submit">
              {t('firmware.upload')}
            </Button>
          </Actions>
        )}
      </Stack>
    </form>
  );
}

import { ActionIcon, Loader, Stack, Text, Title, Tooltip } from '@mantine/core';
import { IconPlayerPlayFilled, IconTrash } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { keys } from '../../api/queries';
import { soundUploadUrl, useDeleteSound, useSounds } from '../../api/sounds';
import { useUpload } from '../../api/upload';
import type { Sound } from '../../api/types';
import { bytesText } from '../../i18n/formats';
import { barredLook } from '../../ui/barred';
import { ConfirmDialog } from '../../ui/ConfirmDialog';
import { Failure } from '../../ui/Failure';
import { FileDrop } from '../../ui/FileDrop';
import { Loaded } from '../../ui/Loaded';
import { NoRows, Row, Rows } from '../../ui/Rows';
import { UploadProgress } from '../../ui/UploadProgress';
import { soundName } from './soundName';

/** What the cloud takes at most. */
const MAX_BYTES = 16 * 1024 * 1024;

interface Props {
  tenant: number;
  /** Whether one may add and remove sounds. */
  mayChange: boolean;
  /** The one that plays. */
  playing: number | undefined;
  /** The one that was just asked for. */
  pending: number | undefined;
  onPlay: ((sound: number) => void) | undefined;
}

/** The organisation's sounds, ready to be played. */
export function SoundList({ tenant, mayChange, ...row }: Props) {
  const { t } = useTranslation();
  const sounds = useSounds(tenant);
  return (
    <Stack gap="sm">
      <Title order={3} fz="1rem">
        {t('sounds.title')}
      </Title>
      <Loaded query={sounds}>
        {({ items }) =>
          items.length === 0 ? (
            <NoRows>{t('sounds.empty')}</NoRows>
          ) : (
            <Rows label={t('sounds.title')} testId="sounds">
              {items.map((sound) => (
                <SoundRow key={sound.id} tenant={tenant} sound={sound} mayChange={mayChange} {...row} />
              ))}
            </Rows>
          )
        }
      </Loaded>
      {mayChange && <AddSound tenant={tenant} />}
    </Stack>
  );
}

function SoundRow({ tenant, sound, mayChange, playing, pending, onPlay }: Props & { sound: Sound }) {
  const { t } = useTranslation();
  const [asking, setAsking] = useState(false);
  const remove = useDeleteSound(tenant);
  const play = t('sounds.play', { name: sound.name });
  return (
    <Row
      testId="sound"
      title={sound.name}
      below={[sound.content_type.replace(/^audio\//, '').toUpperCase(), bytesText(sound.bytes)].join(' · ')}
      facts={[
        playing === sound.id && (
          <Text key="playing" size="sm" c="dimmed">
            {t('sounds.status.playing')}
          </Text>
        ),
      ]}
      actions={
        <>
          {mayChange && (
            <Tooltip label={t('device.delete')}>
              <ActionIcon
                variant="subtle"
                color="gray"
                size={36}
                aria-label={t('sounds.delete', { name: sound.name })}
                onClick={() => {
                  remove.reset();
                  setAsking(true);
                }}
              >
                <IconTrash size={17} />
              </ActionIcon>
            </Tooltip>
          )}
          <Tooltip label={onPlay ? play : t('error.device_offline')}>
            <ActionIcon
              variant="default"
              size={38}
              aria-label={play}
              data-testid="play-sound"
              {...barredLook(onPlay ? undefined : t('error.device_offline'))}
              onClick={() => {
                if (pending === undefined) onPlay?.(sound.id);
              }}
            >
              {pending === sound.id ? <Loader size={16} color="gray" /> : <IconPlayerPlayFilled size={17} />}
            </ActionIcon>
          </Tooltip>
          <ConfirmDialog
            opened={asking}
            title={t('sounds.deleteTitle', { name: sound.name })}
            text={t('sounds.deleteText')}
            action={t('device.delete')}
            pending={remove.isPending}
            error={remove.error}
            onConfirm={() => {
              remove.mutate(sound.id, {
                onSuccess: () => {
                  setAsking(false);
                },
              });
            }}
            onClose={() => {
              setAsking(false);
            }}
          />
        </>
      }
    />
  );
}

function AddSound({ tenant }: { tenant: number }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [name, setName] = useState('');
  const [tooLarge, setTooLarge] = useState(false);
  const upload = useUpload<Sound>(() => void queries.invalidateQueries({ queryKey: keys.sounds(tenant) }));
  return (
    <>
      <Failure error={upload.error} testId="sound-failure" />
      {upload.progress ? (
        <UploadProgress name={name} progress={upload.progress} onCancel={upload.cancel} />
      ) : (
        <FileDrop
          label={t('sounds.add')}
          hint={t(tooLarge ? 'sounds.tooLarge' : 'sounds.addHint')}
          accept=".mp3,.wav,.aac,.m4a,.ogg,audio/*"
          testId="sound-file"
          onFile={(file) => {
            setTooLarge(file.size > MAX_BYTES);
            if (file.size > MAX_BYTES) return;
            const wanted = soundName(file.name);
            setName(wanted);
            upload.start(soundUploadUrl(tenant, wanted), file);
          }}
        />
      )}
    </>
  );
}

import { ActionIcon, Button, Menu, Text, UnstyledButton } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconDotsVertical, IconMapPin, IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../../api/apiError';
import { useClearPreset, usePresets, useSetPreset } from '../../api/ptz';
import type { Preset } from '../../api/types';
import { ConfirmDialog } from '../../ui/ConfirmDialog';
import { Dialog } from '../../ui/Dialog';
import { Loaded } from '../../ui/Loaded';
import { NameForm } from '../../ui/NameForm';
import classes from './Presets.module.css';
import { freePreset, presetName } from './presets';
import type { Ptz } from './usePtz';

interface Props {
  loginCode: string;
  channel: number;
  ptz: Ptz;
  disabled: boolean;
}

type Asking = { kind: 'add' } | { kind: 'overwrite' | 'clear'; preset: Preset };

/** Positions that the camera remembers. */
export function Presets({ loginCode, channel, ptz, disabled }: Props) {
  const { t } = useTranslation();
  const presets = usePresets(loginCode, channel, !disabled);
  const [asking, setAsking] = useState<Asking>();
  const items = presets.data?.items.toSorted((a, b) => a.id - b.id) ?? [];
  const free = freePreset(items);
  const none = presets.error instanceof ApiError && presets.error.code === 'not_supported';
  return (
    <section className={classes.frame} aria-label={t('ptz.presets')} data-testid="presets">
      <div className={classes.head}>
        <Text fw={550} size="sm">
          {t('ptz.presets')}
        </Text>
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<IconPlus size={14} />}
          disabled={disabled || none || presets.data === undefined || free === undefined}
          onClick={() => {
            setAsking({ kind: 'add' });
          }}
          data-testid="preset-add"
        >
          {t('ptz.addPreset')}
        </Button>
      </div>
      {none ? (
        <Text size="sm" c="dimmed">
          {t('ptz.noPresets')}
        </Text>
      ) : disabled && !presets.data ? null : (
        <Loaded query={presets}>
          {() =>
            items.length === 0 ? (
              <Text size="sm" c="dimmed">
                {t('ptz.emptyPresets')}
              </Text>
            ) : (
              <ul className={classes.list}>
                {items.map((preset) => (
                  <li key={preset.id} className={classes.item} data-testid="preset" data-id={preset.id}>
                    <UnstyledButton
                      className={classes.go}
                      disabled={disabled}
                      title={t('ptz.goTo', { name: presetName(t, preset) })}
                      onClick={() => {
                        ptz.gotoPreset(preset.id);
                      }}
                    >
                      <IconMapPin size={16} aria-hidden="true" />
                      <span className={classes.name}>{presetName(t, preset)}</span>
                      <Text component="span" size="xs" c="dimmed" className="numbers">
                        {preset.id}
                      </Text>
                    </UnstyledButton>
                    <PresetMenu
                      name={presetName(t, preset)}
                      disabled={disabled}
                      onOverwrite={() => {
                        setAsking({ kind: 'overwrite', preset });
                      }}
                      onClear={() => {
                        setAsking({ kind: 'clear', preset });
                      }}
                    />
                  </li>
                ))}
              </ul>
            )
          }
        </Loaded>
      )}
      <PresetDialogs
        loginCode={loginCode}
        channel={channel}
        asking={asking}
        free={free ?? 0}
        onClose={() => {
          setAsking(undefined);
        }}
      />
    </section>
  );
}

interface MenuProps {
  name: string;
  disabled: boolean;
  onOverwrite: () => void;
  onClear: () => void;
}

function PresetMenu({ name, disabled, onOverwrite, onClear }: MenuProps) {
  const { t } = useTranslation();
  return (
    <Menu position="bottom-end" width={250}>
      <Menu.Target>
        <ActionIcon
          variant="subtle"
          color="gray"
          disabled={disabled}
          aria-label={t('ptz.presetActions', { name })}
          data-testid="preset-menu"
        >
          <IconDotsVertical size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={onOverwrite} data-testid="preset-overwrite">
          {t('ptz.overwrite')}
        </Menu.Item>
        <Menu.Item color="red" onClick={onClear} data-testid="preset-clear">
          {t('ptz.clear')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

interface DialogsProps {
  loginCode: string;
  channel: number;
  asking: Asking | undefined;
  free: number;
  onClose: () => void;
}

function PresetDialogs({ loginCode, channel, asking, free, onClose }: DialogsProps) {
  const { t } = useTranslation();
  const set = useSetPreset(loginCode, channel);
  const clear = useClearPreset(loginCode, channel);
  const preset = asking && 'preset' in asking ? asking.preset : undefined;
  const name = preset ? presetName(t, preset) : '';
  const done = (message: string) => ({
    onSuccess: () => {
      notifications.show({ message, color: 'gray' });
      onClose();
    },
  });
  const close = (): void => {
    set.reset();
    clear.reset();
    onClose();
  };
  return (
    <>
      <Dialog opened={asking?.kind === 'add'} onClose={close} title={t('ptz.addPresetTitle')}>
        <NameForm
          start=""
          placeholder={t('ptz.presetPlaceholder')}
          action={t('ptz.store')}
          pending={set.isPending}
          error={set.error}
          onName={(given) => {
            set.mutate({ id: free, name: given }, done(t('ptz.stored', { name: given })));
          }}
          onClose={close}
        />
      </Dialog>
      <ConfirmDialog
        opened={asking?.kind === 'overwrite'}
        title={t('ptz.overwriteTitle', { name })}
        text={t('ptz.overwriteText')}
        action={t('ptz.store')}
        harmful={false}
        pending={set.isPending}
        error={set.error}
        onConfirm={() => {
          if (preset) set.mutate(preset, done(t('ptz.stored', { name })));
        }}
        onClose={close}
      />
      <ConfirmDialog
        opened={asking?.kind === 'clear'}
        title={t('ptz.clearTitle', { name })}
        text={t('ptz.clearText')}
        action={t('ptz.clear')}
        pending={clear.isPending}
        error={clear.error}
        onConfirm={() => {
          if (preset) clear.mutate(preset.id, done(t('ptz.cleared', { name })));
        }}
        onClose={close}
      />
    </>
  );
}

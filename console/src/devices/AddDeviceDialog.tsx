import { Button, Group, Modal, Stack, Switch, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useAddDevice } from '../api/devices';
import type { CreatedDevice } from '../api/types';
import { Failure } from '../ui/Failure';
import { ConnectDevice } from './ConnectDevice';

interface Place {
  /** Left out: nobody's yet. */
  tenant?: number;
  group?: number;
}

interface Props extends Place {
  opened: boolean;
  onClose: () => void;
}

export function AddDeviceDialog({ opened, onClose, ...place }: Props) {
  const { t } = useTranslation();
  const [created, setCreated] = useState<CreatedDevice>();
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      onExitTransitionEnd={() => {
        setCreated(undefined);
      }}
      title={t(created ? 'add.credentials' : 'add.title')}
      size={created ? 'lg' : 'md'}
      // A stray click must not lose a password that is shown only once.
      closeOnClickOutside={!created}
      closeButtonProps={{ 'aria-label': t('app.close') }}
    >
      {created ? (
        <ConnectDevice
          device={created}
          onAnother={() => {
            setCreated(undefined);
          }}
          onClose={onClose}
        />
      ) : (
        <NewDeviceForm place={place} onCreated={setCreated} onCancel={onClose} />
      )}
    </Modal>
  );
}

interface FormProps {
  place: Place;
  onCreated: (device: CreatedDevice) => void;
  onCancel: () => void;
}

function NewDeviceForm({ place, onCreated, onCancel }: FormProps) {
  const { t } = useTranslation();
  const add = useAddDevice();
  const [ownCode, setOwnCode] = useState(false);
  const form = useForm({
    mode: 'uncontrolled',
    initialValues: { name: '', code: '' },
    validate: { code: (code) => (/^[0-9A-Za-z_-]{0,64}$/.test(code.trim()) ? null : t('add.codeInvalid')) },
  });
  return (
    <form
      onSubmit={form.onSubmit(({ name, code }) => {
        const wanted = {
          ...place,
          ...(name.trim() ? { name: name.trim() } : {}),
          ...(ownCode && code.trim() ? { login_code: code.trim() } : {}),
        };
        add.mutate(wanted, { onSuccess: onCreated });
      })}
    >
      <Stack>
        <Failure error={add.error} />
        <TextInput
          label={t('add.name')}
          placeholder={t('add.namePlaceholder')}
          maxLength={128}
          data-autofocus
          data-testid="device-name"
          key={form.key('name')}
          {...form.getInputProps('name')}
        />
        <Switch
          label={t('add.ownCode')}
          checked={ownCode}
          onChange={(event) => {
            setOwnCode(event.currentTarget.checked);
          }}
        />
        {ownCode && (
          <TextInput
            label={t('add.code')}
            description={t('add.codeHint')}
            spellCheck={false}
            autoCapitalize="none"
            data-testid="device-code-input"
            key={form.key('code')}
            {...form.getInputProps('code')}
          />
        )}
        <Group justify="flex-end" mt="xs">
          <Button variant="default" onClick={onCancel}>
            {t('app.cancel')}
          </Button>
          <Button type="submit" loading={add.isPending} data-testid="device-submit">
            {t('add.submit')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

import { Chip, CloseButton, Group, SegmentedControl, Select, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useDevice } from '../api/devices';
import type { Grant, Permission } from '../api/types';
import { DeviceSelect } from '../devices/DeviceSelect';
import { GroupSelect } from '../groups/GroupSelect';
import classes from './GrantFields.module.css';
import { RecordingsWindow } from './RecordingsWindow';
import { GRANTABLE, movedTo } from './standing';

interface Props {
  tenant: number;
  value: Grant;
  onChange: (grant: Grant) => void;
  onRemove?: () => void;
}

/** One part of an organisation, and what may be done with it. */
export function GrantFields({ tenant, value, onChange, onRemove }: Props) {
  const { t } = useTranslation();
  return (
    <Stack gap="xs" className={classes.frame} data-testid="grant">
      <Target tenant={tenant} value={value} onChange={onChange} {...(onRemove ? { onRemove } : {})} />
      <Text size="xs" c="dimmed" mt={4}>
        {t('people.maySee')}
      </Text>
      <Chip.Group
        multiple
        value={value.permissions}
        onChange={(chosen) => {
          onChange({ ...value, permissions: GRANTABLE.filter((permission) => chosen.includes(permission)) });
        }}
      >
        <Group gap={6}>
          {GRANTABLE.map((permission: Permission) => (
            <Chip key={permission} value={permission} size="xs" variant="outline">
              {t(`permission.${permission}`)}
            </Chip>
          ))}
        </Group>
      </Chip.Group>
      {value.permissions.includes('see_recordings') && <RecordingsWindow value={value} onChange={onChange} />}
    </Stack>
  );
}

function Target({ tenant, value, onChange, onRemove }: Props) {
  const { t } = useTranslation();
  const [kind, setKind] = useState<'group' | 'device'>(value.login_code ? 'device' : 'group');
  const point = (target: Pick<Grant, 'group_id' | 'login_code' | 'channel'>): void => {
    onChange(movedTo(value, target));
  };
  return (
    <>
      <Group justify="space-between" wrap="nowrap">
        <SegmentedControl
          size="xs"
          aria-label={t('people.partKind')}
          value={kind}
          onChange={(chosen) => {
            setKind(chosen);
            point({});
          }}
          data={[
            { value: 'group', label: t('people.group') },
            { value: 'device', label: t('people.device') },
          ]}
        />
        {onRemove && <CloseButton size="sm" aria-label={t('people.removePart')} onClick={onRemove} />}
      </Group>
      {kind === 'group' ? (
        <GroupSelect
          tenant={tenant}
          aria-label={t('people.group')}
          placeholder={t('people.chooseGroup')}
          data-testid="grant-group"
          value={value.group_id ?? undefined}
          onChange={(group) => {
            point(group === undefined ? {} : { group_id: group });
          }}
        />
      ) : (
        <Group gap="xs" grow preventGrowOverflow={false}>
          <DeviceSelect
            tenant={tenant}
            aria-label={t('people.device')}
            placeholder={t('people.chooseDevice')}
            value={value.login_code ?? undefined}
            onChange={(device) => {
              point(device === undefined ? {} : { login_code: device });
            }}
          />
          {value.login_code && (
            <ChannelSelect
              loginCode={value.login_code}
              value={value.channel ?? undefined}
              onChange={(channel) => {
                point({ login_code: value.login_code ?? '', ...(channel === undefined ? {} : { channel }) });
              }}
            />
          )}
        </Group>
      )}
    </>
  );
}

interface ChannelProps {
  loginCode: string;
  value: number | undefined;
  onChange: (channel: number | undefined) => void;
}

function ChannelSelect({ loginCode, value, onChange }: ChannelProps) {
  const { t } = useTranslation();
  const known = useDevice(loginCode).data?.channels.map(({ channel }) => channel) ?? [];
  // A channel may be granted that the device does not tell of at the moment.
  const channels = value === undefined || known.includes(value) ? known : [...known, value];
  return (
    <Select
      aria-label={t('people.channel')}
      allowDeselect={false}
      value={value === undefined ? 'all' : String(value)}
      onChange={(chosen) => {
        onChange(chosen === 'all' || chosen === null ? undefined : Number(chosen));
      }}
      data={[
        { value: 'all', label: t('people.allChannels') },
        ...channels.map((number) => ({ value: String(number), label: t('device.channel', { number }) })),
      ]}
    />
  );
}

import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { IconPlus, IconQrcode } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import classes from './EmptyDevices.module.css';

/** Nothing here yet: says what to do, and leads there. */
export function FirstDevice({ onAdd, onBind }: { onAdd: () => void; onBind: (() => void) | undefined }) {
  const { t } = useTranslation();
  return (
    <section className={classes.frame} data-testid="first-device">
      <div className={classes.screen} aria-hidden="true">
        <svg viewBox="0 0 240 135" className={classes.art}>
          <circle cx="120" cy="67.5" r="34" />
          <circle cx="120" cy="67.5" r="22" />
          <circle cx="120" cy="67.5" r="7" className={classes.light} />
          <path d="M14 34V14h20M206 14h20v20M226 101v20h-20M34 121H14v-20" />
        </svg>
      </div>
      <Stack gap="sm" className={classes.words}>
        <Title order={2} fz="1.5rem" lts="-0.02em">
          {t('devices.emptyTitle')}
        </Title>
        <Text c="dimmed" maw="34rem">
          {t('devices.emptyText')}
        </Text>
        <Group mt="sm" gap="sm" className={classes.actions}>
          <Button size="md" leftSection={<IconPlus size={18} />} onClick={onAdd} data-testid="add-device">
            {t('devices.emptyAction')}
          </Button>
          {onBind && (
            <Button
              size="md"
              variant="default"
              leftSection={<IconQrcode size={18} />}
              onClick={onBind}
              data-testid="bind-device"
            >
              {t('bind.title')}
            </Button>
          )}
        </Group>
      </Stack>
    </section>
  );
}

/** Nothing here for who may not add anything. */
export function NoDevices() {
  const { t } = useTranslation();
  return (
    <Stack align="center" gap="xs" py={72} data-testid="no-devices">
      <Text fw={600}>{t('devices.nothingTitle')}</Text>
      <Text c="dimmed" size="sm" ta="center" maw="30rem">
        {t('devices.nothingText')}
      </Text>
    </Stack>
  );
}

export function NoMatch({ onClear }: { onClear: () => void }) {
  const { t } = useTranslation();
  return (
    <Stack align="center" gap="xs" py={72}>
      <Text fw={600}>{t('devices.noneTitle')}</Text>
      <Text c="dimmed" size="sm">
        {t('devices.noneText')}
      </Text>
      <Button variant="default" mt="sm" onClick={onClear}>
        {t('devices.clear')}
      </Button>
    </Stack>
  );
}

import { Group, Kbd, Modal, SimpleGrid, Stack, Text } from '@mantine/core';
import { useDisclosure, useHotkeys } from '@mantine/hooks';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { focusSearch, onShortcutsHelp } from './shortcuts';

const GENERAL = [
  ['help', ['?']],
  ['search', ['/']],
  ['add', ['N']],
  ['bind', ['B']],
  ['toDevices', ['G']],
] as const;

const PLAYER = [
  ['playPause', ['Space', 'K']],
  ['mute', ['M']],
  ['volume', ['↑', '↓']],
  ['fullscreen', ['F']],
  ['snapshot', ['S']],
  ['details', ['I']],
  ['stick', ['P']],
] as const;

const STEERING = [
  ['turn', ['←', '↑', '→', '↓']],
  ['zoom', ['+', '−']],
  ['oneStep', ['Shift', '←']],
] as const;

const RECORDS = [
  ['neighbours', ['←', '→']],
  ['throughAlarms', ['↑', '↓']],
  ['acknowledge', ['A']],
  ['deletePicture', ['Del']],
  ['finds', ['Enter', 'Shift+Enter']],
] as const;

const RECORDINGS = [
  ['playPause', ['Space', 'K']],
  ['tenSeconds', ['J', 'L']],
  ['frames', [',', '.']],
  ['slowerFaster', ['<', '>']],
  ['events', ['[', ']']],
  ['seekTimeline', ['←', '→']],
  ['zoomTimeline', ['+', '−']],
  ['pageTimeline', ['PgUp', 'PgDn']],
] as const;

export function ShortcutsHelp() {
  const { t } = useTranslation();
  const [opened, { open, close }] = useDisclosure();
  const navigate = useNavigate();
  useEffect(() => onShortcutsHelp(open), [open]);
  useHotkeys([
    ['shift+?', open],
    ['?', open],
    ['g', () => void navigate('/devices')],
    [
      '/',
      () => {
        if (!focusSearch()) void navigate('/devices?focus=search');
      },
    ],
    ['n', () => void navigate('/devices?add')],
    ['b', () => void navigate('/devices?bind')],
  ]);
  return (
    <Modal
      opened={opened}
      onClose={close}
      title={t('shortcuts.title')}
      size="lg"
      closeButtonProps={{ 'aria-label': t('app.close') }}
    >
      <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="xl" pb="xs">
        <Stack gap="xl">
          <Keys title={t('shortcuts.general')} keys={GENERAL} />
          <Keys title={t('shortcuts.inRecords')} keys={RECORDS} />
        </Stack>
        <Stack gap="xl">
          <Keys title={t('shortcuts.inPlayer')} keys={PLAYER} />
          <Keys title={t('shortcuts.inRecordings')} keys={RECORDINGS} />
          <Keys title={t('shortcuts.steering')} keys={STEERING} />
        </Stack>
      </SimpleGrid>
    </Modal>
  );
}

interface KeysProps {
  title: string;
  keys: typeof GENERAL | typeof PLAYER | typeof STEERING | typeof RECORDS | typeof RECORDINGS;
}

function Keys({ title, keys }: KeysProps) {
  const { t } = useTranslation();
  return (
    <Stack gap={10}>
      <Text size="sm" fw={600} component="h3">
        {title}
      </Text>
      {keys.map(([action, names]) => (
        <Group key={action} justify="space-between" wrap="nowrap">
          <Text size="sm" c="dimmed">
            {t(`shortcuts.${action}`)}
          </Text>
          <Group gap={6} wrap="nowrap">
            {names.map((name) => (
              <Kbd key={name}>{name}</Kbd>
            ))}
          </Group>
        </Group>
      ))}
    </Stack>
  );
}

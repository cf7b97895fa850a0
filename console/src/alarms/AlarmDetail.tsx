import { ActionIcon, Button, Drawer, Group, Stack, Text, Title, Tooltip, UnstyledButton } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { IconCheck, IconChevronDown, IconChevronUp, IconDownload, IconHistory, IconVideo } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { alarmPictureUrl, useAcknowledge, useAlarm } from '../api/alarms';
import type { Alarm } from '../api/types';
import { momentText } from '../i18n/formats';
import { Failure } from '../ui/Failure';
import { Lightbox } from '../ui/Lightbox';
import { Loaded } from '../ui/Loaded';
import classes from './AlarmDetail.module.css';
import { AlarmFacts } from './AlarmFacts';
import { AlarmPicture } from './AlarmPicture';
import { alarmTypeText } from './alarmTypes';

interface Props {
  id: number | undefined;
  newer: Alarm | undefined;
  older: Alarm | undefined;
  onOpen: (id: number | undefined) => void;
}

/** One alarm, beside the list; the arrow keys lead through the list. */
export function AlarmDetail({ id, newer, older, onOpen }: Props) {
  const { t } = useTranslation();
  const [large, setLarge] = useState(false);
  const step = (to: Alarm | undefined): void => {
    if (to) onOpen(to.id);
  };
  useHotkeys(
    id === undefined || large
      ? []
      : [
          [
            'ArrowUp',
            () => {
              step(newer);
            },
          ],
          [
            'ArrowDown',
            () => {
              step(older);
            },
          ],
        ],
  );
  return (
    <Drawer.Root
      opened={id !== undefined}
      onClose={() => {
        onOpen(undefined);
      }}
      position="right"
      size="30rem"
      closeOnEscape={!large}
      classNames={{ content: classes.content ?? '', header: classes.header ?? '' }}
    >
      <Drawer.Overlay backgroundOpacity={0.35} />
      <Drawer.Content data-testid="alarm-detail">
        <Drawer.Header>
          <Drawer.Title fw={600}>{t('alarms.one')}</Drawer.Title>
          <Group gap={4} ml="auto">
            <Step label={t('alarms.newer')} to={newer} onStep={step} up />
            <Step label={t('alarms.older')} to={older} onStep={step} />
          </Group>
          <Drawer.CloseButton aria-label={t('app.close')} ml={0} />
        </Drawer.Header>
        <Drawer.Body>{id !== undefined && <Content id={id} large={large} onLarge={setLarge} />}</Drawer.Body>
      </Drawer.Content>
    </Drawer.Root>
  );
}

interface StepProps {
  label: string;
  to: Alarm | undefined;
  onStep: (to: Alarm | undefined) => void;
  up?: boolean;
}

function Step({ label, to, onStep, up = false }: StepProps) {
  return (
    <Tooltip label={label}>
      <ActionIcon
        variant="subtle"
        color="gray"
        size={34}
        aria-label={label}
        disabled={!to}
        onClick={() => {
          onStep(to);
        }}
      >
        {up ? <IconChevronUp size={18} /> : <IconChevronDown size={18} />}
      </ActionIcon>
    </Tooltip>
  );
}

interface ContentProps {
  id: number;
  large: boolean;
  onLarge: (large: boolean) => void;
}

function Content({ id, large, onLarge }: ContentProps) {
  const alarm = useAlarm(id);
  return <Loaded query={alarm}>{(data) => <Seen key={data.id} alarm={data} large={large} onLarge={onLarge} />}</Loaded>;
}

function Seen({ alarm, large, onLarge }: { alarm: Alarm; large: boolean; onLarge: (large: boolean) => void }) {
  const { t, i18n } = useTranslation();
  const acknowledge = useAcknowledge();
  const unread = alarm.acknowledged_at === undefined;
  const device = `/devices/${encodeURIComponent(alarm.login_code)}`;
  const title = alarmTypeText(t, alarm);
  const alt = t('alarms.alt', {
    type: title,
    name: alarm.device_name || alarm.login_code,
    at: momentText(i18n.language, new Date(alarm.begin_at)),
  });
  useHotkeys(
    unread
      ? [
          [
            'a',
            () => {
              acknowledge.mutate(alarm.id);
            },
          ],
        ]
      : [],
  );
  return (
    <Stack>
      {alarm.has_picture ? (
        <UnstyledButton
          className={classes.picture}
          aria-label={t('alarms.enlarge')}
          onClick={() => {
            onLarge(true);
          }}
        >
          <AlarmPicture alarm={alarm} large />
        </UnstyledButton>
      ) : (
        <AlarmPicture alarm={alarm} large />
      )}
      <div>
        <Title order={2}>{title}</Title>
        {alarm.text && <Text mt={4}>{alarm.text}</Text>}
      </div>
      <Failure error={acknowledge.error} />
      <AlarmFacts alarm={alarm} />
      <Group gap="xs">
        {unread && (
          <Button
            leftSection={<IconCheck size={17} />}
            loading={acknowledge.isPending}
            data-testid="acknowledge-open"
            onClick={() => {
              acknowledge.mutate(alarm.id);
            }}
          >
            {t('alarms.acknowledge')}
          </Button>
        )}
        <Button component={Link} to={device} variant="default" leftSection={<IconVideo size={17} />}>
          {t('alarms.watch')}
        </Button>
        <Button
          component={Link}
          to={recordingOf(alarm)}
          variant="default"
          leftSection={<IconHistory size={17} />}
          data-testid="watch-recording"
        >
          {t('recordings.watchRecording')}
        </Button>
        {alarm.has_picture && (
          <Button
            component="a"
            href={alarmPictureUrl(alarm.id, true)}
            download
            variant="default"
            leftSection={<IconDownload size={17} />}
          >
            {t('pictures.save')}
          </Button>
        )}
      </Group>
      {large && (
        <Lightbox
          src={alarmPictureUrl(alarm.id)}
          alt={alt}
          caption={alt}
          onClose={() => {
            onLarge(false);
          }}
        />
      )}
    </Stack>
  );
}

/** Where it is seen what happened, from a little before it began. */
function recordingOf({ login_code, channel, begin_at }: Alarm): string {
  const search = new URLSearchParams({
    channel: String(channel),
    at: new Date(Date.parse(begin_at) - 3000).toISOString(),
  });
  return `/devices/${encodeURIComponent(login_code)}/recordings?${search.toString()}`;
}

import { Button, CloseButton, Group, Select, Stack, Text, TextInput, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconDownload, IconLink, IconLock } from '@tabler/icons-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  channelExporter,
  type ChannelRef,
  cloudNow,
  type Share,
  type TimeSpan,
  useLockClip,
  useMakeShare,
} from '../api/recordings';
import { durationText } from '../device/duration';
import { dateText } from '../i18n/formats';
import { CopyField } from '../ui/CopyField';
import { Failure } from '../ui/Failure';
import { fromLocalSeconds, toLocalSeconds } from './localSeconds';
import classes from './RangePanel.module.css';
import { exportName, useExport } from './useExport';
import { ExportProgress } from './ExportProgress';

/** What is to be done with a piece of footage. */
export type RangeAction = 'export' | 'lock' | 'share';

interface Props {
  action: RangeAction;
  channel: ChannelRef;
  /** For file names. */
  name: string;
  selection: TimeSpan;
  onSelection: (selection: TimeSpan) => void;
  onClose: () => void;
}

const DAY_MS = 86_400_000;

/** A piece of footage, chosen by the handles on the timeline or by its times, and what is done with it. */
export function RangePanel({ action, channel, name, selection, onSelection, onClose }: Props) {
  const { t, i18n } = useTranslation();
  const length = selection.to - selection.from;
  const tooLong = length > DAY_MS;
  const panel = useRef<HTMLElement>(null);
  useEffect(() => {
    panel.current?.scrollIntoView({ block: 'nearest', behavior: 'smooth' });
  }, []);
  return (
    <section
      ref={panel}
      className={classes.frame}
      aria-label={t(`recordings.range.${action}`)}
      data-testid="range-panel"
    >
      <Stack gap="sm">
        <Group justify="space-between" wrap="nowrap">
          <Title order={3} fz="1rem">
            {t(`recordings.range.${action}`)}
          </Title>
          <CloseButton aria-label={t('app.close')} onClick={onClose} data-testid="range-close" />
        </Group>
        <Group gap="sm" align="flex-end">
          {(['from', 'to'] as const).map((end) => (
            <TextInput
              key={end}
              type="datetime-local"
              step={1}
              size="sm"
              className={classes.time ?? ''}
              label={t(`audit.${end}`)}
              data-testid={`range-input-${end}`}
              value={toLocalSeconds(selection[end])}
              onChange={(event) => {
                const at = fromLocalSeconds(event.currentTarget.value, selection[end]);
                if (at === undefined) return;
                const next = { ...selection, [end]: Math.min(at, cloudNow()) };
                if (next.to > next.from) onSelection(next);
              }}
            />
          ))}
          <Text size="sm" c="dimmed" pb={8} className="numbers" data-testid="range-length">
            {durationText(i18n.language, length / 1000)}
          </Text>
        </Group>
        {tooLong ? (
          <Text size="sm" c="red">
            {t('recordings.tooLong')}
          </Text>
        ) : action === 'export' ? (
          <Export channel={channel} name={name} selection={selection} />
        ) : action === 'lock' ? (
          <Lock channel={channel} selection={selection} onDone={onClose} />
        ) : (
          <MakeShare channel={channel} selection={selection} />
        )}
      </Stack>
    </section>
  );
}

function Export({ channel, name, selection }: Pick<Props, 'channel' | 'name' | 'selection'>) {
  const { t } = useTranslation();
  const exporter = useMemo(() => channelExporter(channel), [channel]);
  const { stage, begin, cancel } = useExport(exporter, exportName(name, selection.from));
  const busy = stage.stage === 'preparing' || stage.stage === 'downloading';
  return (
    <>
      <Text size="sm" c="dimmed">
        {t('recordings.exportText')}
      </Text>
      <ExportProgress stage={stage} onCancel={cancel} />
      {!busy && (
        <Group>
          <Button
            leftSection={<IconDownload size={17} />}
            data-testid="export-start"
            onClick={() => {
              begin(selection);
            }}
          >
            {t('recordings.exportStart')}
          </Button>
        </Group>
      )}
    </>
  );
}

const KEPT_DAYS = [30, 90, 365] as const;

function Lock({ channel, selection, onDone }: Pick<Props, 'channel' | 'selection'> & { onDone: () => void }) {
  const { t } = useTranslation();
  const [name, setName] = useState('');
  const [days, setDays] = useState('ever');
  const lock = useLockClip(channel);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        const until = days === 'ever' ? undefined : new Date(cloudNow() + Number(days) * DAY_MS).toISOString();
        lock.mutate(
          { ...selection, name: name.trim(), until },
          {
            onSuccess: () => {
              notifications.show({ message: t('recordings.locked'), color: 'gray' });
              onDone();
            },
          },
        );
      }}
    >
      <Stack gap="sm">
        <Text size="sm" c="dimmed">
          {t('recordings.lockText')}
        </Text>
        <Failure error={lock.error} />
        <Group gap="sm" align="flex-end">
          <TextInput
            label={t('add.name')}
            placeholder={t('recordings.clipPlaceholder')}
            maxLength={100}
            className={classes.time ?? ''}
            data-testid="clip-name"
            value={name}
            onChange={(event) => {
              setName(event.currentTarget.value);
            }}
          />
          <Select
            label={t('recordings.keptFor')}
            allowDeselect={false}
            w={180}
            value={days}
            onChange={(value) => {
              setDays(value ?? 'ever');
            }}
            data={[
              { value: 'ever', label: t('recordings.forEver') },
              ...KEPT_DAYS.map((count) => ({ value: String(count), label: t('recordings.dayCount', { count }) })),
            ]}
          />
          <Button type="submit" leftSection={<IconLock size={17} />} loading={lock.isPending} data-testid="clip-submit">
            {t('recordings.lock')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

const HOUR_S = 3600;
const EXPIRIES = [
  ['hour', HOUR_S],
  ['day', 24 * HOUR_S],
  ['week', 7 * 24 * HOUR_S],
  ['month', 30 * 24 * HOUR_S],
] as const;

function MakeShare({ channel, selection }: Pick<Props, 'channel' | 'selection'>) {
  const { t, i18n } = useTranslation();
  const [name, setName] = useState('');
  const [expiry, setExpiry] = useState<string>('week');
  const make = useMakeShare(channel);
  const [made, setMade] = useState<Share>();
  if (made) {
    return (
      <Stack gap="xs">
        <CopyField label={t('recordings.shareLink')} value={made.url} testId="share-link" />
        <Text size="sm" c="dimmed">
          {t('recordings.shareUntil', { until: dateText(i18n.language, new Date(made.expiresAt)) })}
        </Text>
      </Stack>
    );
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        const seconds = EXPIRIES.find(([known]) => known === expiry)?.[1] ?? HOUR_S;
        make.mutate({ ...selection, name: name.trim(), expiresInSeconds: seconds }, { onSuccess: setMade });
      }}
    >
      <Stack gap="sm">
        <Text size="sm" c="dimmed">
          {t('recordings.shareText')}
        </Text>
        <Failure error={make.error} />
        <Group gap="sm" align="flex-end">
          <TextInput
            label={t('add.name')}
            placeholder={t('recordings.clipPlaceholder')}
            maxLength={100}
            className={classes.time ?? ''}
            data-testid="share-name"
            value={name}
            onChange={(event) => {
              setName(event.currentTarget.value);
            }}
          />
          <Select
            label={t('recordings.shareFor')}
            allowDeselect={false}
            w={180}
            value={expiry}
            onChange={(value) => {
              setExpiry(value ?? 'week');
            }}
            data={EXPIRIES.map(([value]) => ({ value, label: t(`recordings.expiry.${value}`) }))}
          />
          <Button
            type="submit"
            leftSection={<IconLink size={17} />}
            loading={make.isPending}
            data-testid="share-submit"
          >
            {t('recordings.makeLink')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

import { Button, Group, Popover, Stack, Text, Title } from '@mantine/core';
import { useQueries } from '@tanstack/react-query';
import { IconExternalLink, IconPlus, IconX } from '@tabler/icons-react';
import { type CSSProperties, useCallback, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import { mayWith } from '../api/currentTenant';
import { deviceQuery, useDevice } from '../api/devices';
import { type ChannelRef, cloudNow, type Timeline as Account } from '../api/recordings';
import type { Device } from '../api/types';
import { DeviceSelect } from '../devices/DeviceSelect';
import { useTenantInView } from '../devices/useTenantInView';
import { NoRows } from '../ui/Rows';
import { useTitle } from '../ui/useTitle';
import { dayNameAt, startOf } from './calendar';
import { acrossOf, channelsIn, MOST_CHANNELS } from './chosen';
import { DayCalendar } from './DayCalendar';
import { Legend } from './Legend';
import { PlaybackBar, playbackKey } from './PlaybackBar';
import classes from './PlaybackPage.module.css';
import type { PlaybackSession } from './playbackSession';
import panes from './PlayerPane.module.css';
import { channelSource, PlayerPane } from './PlayerPane';
import { useAddress, useEvents, useFollowing, useLastFootage } from './RecordingsTab';
import { type Lane, Timeline, timelineHeight, useView } from './Timeline';
import { useAccounts } from './useAccounts';
import { refKey, usePlayback, useShownAt } from './usePlayback';
import { dayOf, following } from './view';

/** Several channels in step, on one timeline. */
export default function PlaybackPage() {
  const { t } = useTranslation();
  useTitle(t('playback.title'));
  const [search, setSearch] = useSearchParams();
  const named = search.getAll('c').join(' ');
  // The same channels are the same array, whatever else of the address changes.
  // eslint-disable-next-line react-hooks/exhaustive-deps
  const refs = useMemo(() => channelsIn(search), [named]);
  const set = useCallback(
    (next: ChannelRef[]) => {
      setSearch((before) => {
        before.delete('c');
        for (const ref of next) before.append('c', refKey(ref));
        return before;
      });
    },
    [setSearch],
  );
  return (
    <Stack gap="md">
      <Group justify="space-between">
        <Title order={1} lts="-0.02em">
          {t('playback.title')}
        </Title>
        <AddChannel
          full={refs.length >= MOST_CHANNELS}
          taken={refs}
          onAdd={(added) => {
            set([...refs, ...added].slice(0, MOST_CHANNELS));
          }}
        />
      </Group>
      {refs.length === 0 ? <NoRows>{t('playback.addFirst')}</NoRows> : <Wall refs={refs} onChange={set} />}
    </Stack>
  );
}

interface WallProps {
  refs: ChannelRef[];
  onChange: (refs: ChannelRef[]) => void;
}

function Wall({ refs, onChange }: WallProps) {
  const { t } = useTranslation();
  const [search, setSearch] = useSearchParams();
  const [asked] = useState(() => Date.parse(search.get('at') ?? ''));
  const session = usePlayback(() => (Number.isNaN(asked) ? cloudNow() - 30_000 : asked), refs);
  const [view, setView] = useView(() => dayOf(session.at()));
  const accounts = useAccounts(refs, view);
  const names = useNames(refs);
  const at = useShownAt(session, 1000);
  const day = dayNameAt(at);
  useLastFootage(session, refs, Number.isNaN(asked));
  useFollowing(session, setView);
  useAddress(session, (shown) => {
    setSearch(
      (before) => {
        before.set('at', new Date(shown).toISOString());
        return before;
      },
      { replace: true },
    );
  });
  const seek = (to: number): void => {
    session.seek(to);
    setView((before) => following(before, to, cloudNow()));
  };
  const toEvent = useEvents(session, refs, seek);
  const lanes = useMemo<Lane[]>(
    () =>
      refs.map((ref, index) => ({
        key: refKey(ref),
        label: names[index] ?? '',
        account: accounts[index],
        frames: ref,
      })),
    [refs, names, accounts],
  );
  const across = acrossOf(refs.length);
  const [first] = refs;
  return (
    // Keys work wherever the focus is within.
    // eslint-disable-next-line jsx-a11y/no-static-element-interactions
    <div
      data-testid="playback"
      onKeyDown={(event) => {
        if (playbackKey(event, session, toEvent)) event.preventDefault();
      }}
    >
      <Stack gap="sm">
        <div
          className={classes.wall}
          style={{ '--timeline-height': `${timelineHeight(refs.length)}px` } as CSSProperties}
        >
          <div className={classes.grid} data-across={across}>
            {refs.map((ref, index) => (
              <Tile
                key={refKey(ref)}
                session={session}
                channel={ref}
                name={names[index] ?? ''}
                account={accounts[index]}
                at={at}
                onRemove={() => {
                  onChange(refs.filter((other) => other !== ref));
                }}
              />
            ))}
          </div>
        </div>
        <PlaybackBar session={session} onView={setView} onEvent={toEvent}>
          {first && (
            <Popover position="top-end" shadow="md" radius="md" width={300}>
              <Popover.Target>
                <Button variant="default" size="xs" data-testid="open-calendar">
                  {t('recordings.days')}
                </Button>
              </Popover.Target>
              <Popover.Dropdown p={6}>
                <DayCalendar
                  channel={first}
                  chosen={day}
                  onChoose={(chosen) => {
                    const begin = startOf(chosen);
                    setView(() => dayOf(begin));
                    session.seek(begin);
                    session.play();
                  }}
                />
              </Popover.Dropdown>
            </Popover>
          )}
        </PlaybackBar>
        <Timeline lanes={lanes} view={view} onView={setView} session={session} label={t('recordings.timeline')} />
        <Legend accounts={accounts} view={view} />
      </Stack>
    </div>
  );
}

interface TileProps {
  session: PlaybackSession;
  channel: ChannelRef;
  name: string;
  account: Account | undefined;
  at: number;
  onRemove: () => void;
}

function Tile({ session, channel, name, account, at, onRemove }: TileProps) {
  const { t } = useTranslation();
  const source = useMemo(() => channelSource(channel), [channel]);
  const link = new URLSearchParams({ channel: String(channel.channel), at: new Date(at).toISOString() });
  return (
    <div className={classes.tile}>
      <PlayerPane
        session={session}
        pictureKey={refKey(channel)}
        name={name}
        source={source}
        account={account}
        compact
        corner={
          <Link
            to={`/devices/${encodeURIComponent(channel.loginCode)}/recordings?${link.toString()}`}
            className={panes.control ?? ''}
            aria-label={t('recordings.watchRecording')}
            title={t('recordings.watchRecording')}
          >
            <IconExternalLink size={16} />
          </Link>
        }
      />
      <button
        type="button"
        className={classes.remove}
        aria-label={t('playback.remove', { name })}
        data-testid="remove-channel"
        onClick={onRemove}
      >
        <IconX size={16} />
      </button>
    </div>
  );
}

/** "Front gate 2": the channel's number only where there are several. */
function useNames(refs: readonly ChannelRef[]): string[] {
  const named = useQueries({
    queries: refs.map(({ loginCode }) => deviceQuery(loginCode)),
    combine: (results) =>
      results.map(({ data }, index) => nameOf(data, refs[index] ?? { loginCode: '', channel: 0 })).join('\n'),
  });
  return useMemo(() => named.split('\n'), [named]);
}

function nameOf(device: Device | undefined, { loginCode, channel }: ChannelRef): string {
  const name = (device?.name || loginCode).replaceAll('\n', ' ');
  return device && device.channels.length < 2 ? name : `${name} ${channel}`;
}

interface AddProps {
  full: boolean;
  taken: readonly ChannelRef[];
  onAdd: (refs: ChannelRef[]) => void;
}

function AddChannel({ full, taken, onAdd }: AddProps) {
  const { t } = useTranslation();
  const tenant = useTenantInView();
  const [opened, setOpened] = useState(false);
  const [code, setCode] = useState<string>();
  const device = useDevice(code ?? '', code !== undefined).data;
  const channels = (device?.channels ?? [])
    .filter((channel) => device && mayWith('see_recordings', channel, device))
    .map(({ channel }) => channel)
    .filter((channel) => !taken.some((ref) => ref.loginCode === code && ref.channel === channel))
    .toSorted((a, b) => a - b);
  const add = (numbers: number[]): void => {
    if (code === undefined) return;
    onAdd(numbers.map((channel) => ({ loginCode: code, channel })));
    setOpened(false);
    setCode(undefined);
  };
  return (
    <Popover
      opened={opened}
      onChange={setOpened}
      position="bottom-end"
      shadow="md"
      radius="md"
      width={300}
      trapFocus
      returnFocus
    >
      <Popover.Target>
        <Button
          leftSection={<IconPlus size={17} />}
          disabled={full}
          data-testid="add-channel"
          title={full ? t('playback.full') : undefined}
          onClick={() => {
            setOpened(!opened);
          }}
        >
          {t('playback.add')}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap="sm">
          {tenant.id !== undefined && (
            <DeviceSelect
              tenant={tenant.id}
              label={t('playback.device')}
              value={code}
              onChange={setCode}
              comboboxProps={{ withinPortal: false }}
              data-autofocus
              data-testid="add-device"
            />
          )}
          {device && channels.length > 0 && (
            <>
              <Text size="sm" fw={500}>
                {t('playback.channel')}
              </Text>
              <Group gap={6}>
                {channels.length > 1 && (
                  <Button
                    size="xs"
                    variant="default"
                    onClick={() => {
                      add(channels);
                    }}
                    data-testid="add-all"
                  >
                    {t('devices.all')}
                  </Button>
                )}
                {channels.map((number) => (
                  <Button
                    key={number}
                    size="xs"
                    variant="default"
                    onClick={() => {
                      add([number]);
                    }}
                    data-testid={`add-${number}`}
                  >
                    {t('device.channel', { number })}
                  </Button>
                ))}
              </Group>
            </>
          )}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

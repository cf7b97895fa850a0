import { Button, Group, SegmentedControl, Stack } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconDownload, IconLink, IconLock, IconPlayerRecordFilled } from '@tabler/icons-react';
import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import { may, mayWith } from '../api/currentTenant';
import { type ChannelRef, cloudNow, type TimeSpan } from '../api/recordings';
import type { Device } from '../api/types';
import { useTabDevice } from '../devices/useTabDevice';
import { errorText } from '../i18n/errors';
import { dayNameAt, startOf } from './calendar';
import { DayCalendar } from './DayCalendar';
import { Legend } from './Legend';
import { PlaybackBar, playbackKey } from './PlaybackBar';
import { channelSource, PlayerPane } from './PlayerPane';
import { type RangeAction, RangePanel } from './RangePanel';
import classes from './RecordingsTab.module.css';
import { RecordingState } from './RecordingState';
import { footageFrom, trimmed } from './ranges';
import { lastFootage, LEAD_MS, neighbourAlarm } from './search';
import { SideLists } from './SideLists';
import { type Lane, Timeline, useView } from './Timeline';
import { useAccounts } from './useAccounts';
import { refKey, usePlayback, useSessionStatus, useShownAt } from './usePlayback';
import { centred, dayOf, following, spanOf, type View } from './view';
import type { PlaybackSession } from './playbackSession';

/** What was recorded of a device's channels. */
export default function RecordingsTab() {
  const device = useTabDevice();
  const [search, setSearch] = useSearchParams();
  const seen = device.channels
    .filter((channel) => mayWith('see_recordings', channel, device))
    .map(({ channel }) => channel)
    .toSorted((a, b) => a - b);
  const wanted = Number(search.get('channel') ?? NaN);
  const channel = seen.includes(wanted) ? wanted : (seen[0] ?? 0);
  return (
    <Stack gap="md">
      <ChannelRecordings
        key={channel}
        device={device}
        channel={channel}
        head={
          <ChannelChoice
            channels={seen}
            value={channel}
            onChange={(next) => {
              setSearch((before) => {
                before.set('channel', String(next));
                return before;
              });
            }}
          />
        }
      />
    </Stack>
  );
}

interface ChoiceProps {
  channels: number[];
  value: number;
  onChange: (channel: number) => void;
}

function ChannelChoice({ channels, value, onChange }: ChoiceProps) {
  const { t } = useTranslation();
  if (channels.length < 2) return null;
  return (
    <SegmentedControl
      size="xs"
      aria-label={t('device.channels')}
      value={String(value)}
      onChange={(next) => {
        onChange(Number(next));
      }}
      data={channels.map((number) => ({ value: String(number), label: t('device.channel', { number }) }))}
      data-testid="recordings-channel"
      style={{ maxWidth: '100%', overflowX: 'auto' }}
    />
  );
}

interface ChannelProps {
  device: Device;
  channel: number;
  head: ReactNode;
}

const HALF_MINUTE = 30_000;

function ChannelRecordings({ device, channel, head }: ChannelProps) {
  const { t } = useTranslation();
  const name = device.name || device.login_code;
  const loginCode = device.login_code;
  const ref = useMemo<ChannelRef>(() => ({ loginCode, channel }), [loginCode, channel]);
  const refs = useMemo(() => [ref], [ref]);
  const source = useMemo(() => channelSource(ref), [ref]);
  const [search, setSearch] = useSearchParams();
  const [asked] = useState(() => Date.parse(search.get('at') ?? ''));
  const session = usePlayback(() => (Number.isNaN(asked) ? cloudNow() - HALF_MINUTE : asked), refs);
  const [view, setView] = useView(() => dayOf(session.at()));
  const accounts = useAccounts(refs, view);
  const [account] = accounts;
  const [range, setRange] = useState<{ action: RangeAction; span: TimeSpan }>();
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
    () => [{ key: refKey(ref), label: t('device.channel', { number: channel }), account, frames: ref }],
    [ref, account, channel, t],
  );
  const openRange = (action: RangeAction): void => {
    const span = range?.span ?? trimmed(aroundOf(session.at(), view), account?.ranges ?? []);
    setRange({ action, span });
    // Near enough for its handles to be told apart.
    if (spanOf(span) < spanOf(view) * 0.08) {
      setView(() => ({ from: span.from - 3 * spanOf(span), to: span.to + 3 * spanOf(span) }));
    }
    if (session.getStatus().playing) session.pause();
  };
  const chooseDay = (chosen: string): void => {
    const begin = startOf(chosen);
    const span = dayOf(begin);
    setView(() => span);
    // At the first footage of the day, as far as it is known here; else where the day begins, and on from there.
    const first = footageFrom(account?.ranges ?? [], begin) ?? begin;
    session.seek(first < span.to ? first : begin);
    session.play();
  };
  // To lock footage, and to give others a look at it.
  const mayControl = mayOn('control', device, channel);
  return (
    // Keys work wherever the focus is within.
    // eslint-disable-next-line jsx-a11y/no-static-element-interactions
    <div
      data-testid="recordings"
      onKeyDown={(event) => {
        if (playbackKey(event, session, toEvent)) event.preventDefault();
      }}
    >
      <Group justify="space-between" mb="sm" gap="sm">
        {head}
        <RecordingState device={device} channel={channel} />
      </Group>
      <div className={classes.page}>
        <div className={classes.main}>
          <div className={classes.player}>
            <PlayerPane
              session={session}
              pictureKey={refKey(ref)}
              name={`${name}, ${t('device.channel', { number: channel })}`}
              source={source}
              account={account}
            />
          </div>
          <PlaybackBar session={session} onView={setView} onEvent={toEvent}>
            <Button
              component={Link}
              to={`/devices/${encodeURIComponent(loginCode)}`}
              variant="default"
              size="xs"
              leftSection={<IconPlayerRecordFilled size={13} color="var(--mantine-color-signal-6)" />}
              data-testid="go-live"
            >
              {t('recordings.goLive')}
            </Button>
            <Button
              variant="default"
              size="xs"
              leftSection={<IconDownload size={15} />}
              data-testid="open-export"
              onClick={() => {
                openRange('export');
              }}
            >
              {t('recordings.export')}
            </Button>
            {mayControl && (
              <>
                <Button
                  variant="default"
                  size="xs"
                  leftSection={<IconLock size={15} />}
                  data-testid="open-lock"
                  onClick={() => {
                    openRange('lock');
                  }}
                >
                  {t('recordings.lock')}
                </Button>
                <Button
                  variant="default"
                  size="xs"
                  leftSection={<IconLink size={15} />}
                  data-testid="open-share"
                  onClick={() => {
                    openRange('share');
                  }}
                >
                  {t('recordings.share')}
                </Button>
              </>
            )}
          </PlaybackBar>
          <Timeline
            lanes={lanes}
            view={view}
            onView={setView}
            session={session}
            label={t('recordings.timeline')}
            selection={range?.span}
            onSelection={(span) => {
              setRange((before) => before && { ...before, span });
            }}
          />
          <Legend accounts={accounts} view={view} />
          {range && (
            <RangePanel
              key={range.action}
              action={range.action}
              channel={ref}
              name={name}
              selection={range.span}
              onSelection={(span) => {
                setRange({ ...range, span });
              }}
              onClose={() => {
                setRange(undefined);
              }}
            />
          )}
        </div>
        <div className={classes.side}>
          <DayCalendar channel={ref} chosen={day} onChoose={chooseDay} />
          <SideLists
            channel={ref}
            day={day}
            at={at}
            mayShare={mayControl}
            mayUnlock={mayOn('configure', device, channel)}
            onSeek={(to) => {
              seek(to);
              session.play();
            }}
          />
        </div>
      </div>
    </div>
  );
}

function mayOn(what: Parameters<typeof may>[0], device: Device, number: number): boolean {
  const channel = device.channels.find((one) => one.channel === number);
  return channel ? mayWith(what, channel, device) : may(what, device);
}

/** A piece around a moment that is easily seen at this zoom. */
function aroundOf(at: number, view: View): TimeSpan {
  const half = Math.max(10_000, Math.min(5 * 60_000, spanOf(view) / 16));
  const to = Math.min(at + half, cloudNow());
  return { from: to - 2 * half, to };
}

/** Who came without a time sees the newest footage. */
export function useLastFootage(session: PlaybackSession, refs: readonly ChannelRef[], wanted: boolean): void {
  const done = useRef(!wanted);
  useEffect(() => {
    if (done.current || refs.length === 0) return;
    const search = new AbortController();
    const before = session.at();
    lastFootage(refs, cloudNow(), search.signal)
      .then((end) => {
        done.current = true;
        // Somebody may have gone elsewhere meanwhile.
        if (end !== undefined && session.at() === before) session.seek(end - HALF_MINUTE);
      })
      .catch(() => undefined);
    return () => {
      search.abort();
    };
  }, [session, refs]);
}

/** The timeline follows the playhead, unless somebody has turned away from it. */
export function useFollowing(session: PlaybackSession, onView: (change: (view: View) => View) => void): void {
  useEffect(() => {
    let before = session.at();
    const timer = setInterval(() => {
      const at = session.at();
      const last = before;
      before = at;
      if (at === last) return;
      onView((view) => {
        const wasIn = last >= view.from && last <= view.to;
        const isIn = at >= view.from && at <= view.to;
        if (isIn) return session.getStatus().playing ? following(view, at, cloudNow()) : view;
        return wasIn ? centred(view, at, cloudNow()) : view;
      });
    }, 250);
    return () => {
      clearInterval(timer);
    };
  }, [session, onView]);
}

/** The address says which moment is shown, whenever it stands still: it can be sent to somebody. */
export function useAddress(session: PlaybackSession, write: (at: number) => void): void {
  const { playing } = useSessionStatus(session);
  const at = useShownAt(session, 1000);
  const latest = useRef(write);
  useEffect(() => {
    latest.current = write;
  });
  const [first] = useState(at);
  useEffect(() => {
    if (playing || at === first) return;
    const timer = setTimeout(() => {
      latest.current(at);
    }, 700);
    return () => {
      clearTimeout(timer);
    };
  }, [playing, at, first]);
}

/** To the next or the previous alarm, as far away as it may be. */
export function useEvents(
  session: PlaybackSession,
  refs: readonly ChannelRef[],
  seek: (at: number) => void,
): (direction: 1 | -1) => void {
  const { t } = useTranslation();
  const running = useRef<AbortController>(undefined);
  useEffect(
    () => () => {
      running.current?.abort();
    },
    [],
  );
  return (direction) => {
    running.current?.abort();
    const search = new AbortController();
    running.current = search;
    neighbourAlarm(refs, session.at(), direction, search.signal)
      .then((mark) => {
        if (search.signal.aborted) return;
        if (mark) seek(mark.from - LEAD_MS);
        else
          notifications.show({
            message: t(direction === 1 ? 'recordings.noNextEvent' : 'recordings.noPreviousEvent'),
            color: 'gray',
          });
      })
      .catch((error: unknown) => {
        if (!search.signal.aborted) notifications.show({ message: errorText(t, error), color: 'red' });
      });
  };
}

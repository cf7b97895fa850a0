import { ActionIcon, SegmentedControl, Tooltip } from '@mantine/core';
import { IconLock, IconLockOpen, IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ALARM_ICONS, knownType } from '../alarms/alarmTypes';
import {
  type ChannelRef,
  type Clip,
  type Share,
  type TimelineMark,
  timelineQuery,
  useClips,
  useEndShare,
  useShares,
  useUnlockClip,
} from '../api/recordings';
import { durationText } from '../device/duration';
import { dateText, momentText, timeText } from '../i18n/formats';
import { ConfirmDialog } from '../ui/ConfirmDialog';
import { CopyButton } from '../ui/CopyField';
import { Loaded } from '../ui/Loaded';
import { startOf, dayAfter } from './calendar';
import classes from './SideLists.module.css';
import { markText } from './Timeline';

interface Props {
  channel: ChannelRef;
  /** "2026-11-29". */
  day: string;
  /** The moment shown, to the second. */
  at: number;
  mayShare: boolean;
  mayUnlock: boolean;
  onSeek: (at: number) => void;
}

const LISTS = ['events', 'clips', 'shares'] as const;
type List = (typeof LISTS)[number];

/** What happened on the day, what is locked, and what is shared. */
export function SideLists({ channel, day, at, mayShare, mayUnlock, onSeek }: Props) {
  const { t } = useTranslation();
  const [list, setList] = useState<List>('events');
  return (
    <section className={classes.frame} aria-label={t(`recordings.lists.${list}`)}>
      <div className={classes.choice}>
        <SegmentedControl
          fullWidth
          size="xs"
          aria-label={t('recordings.list')}
          value={list}
          onChange={(value) => {
            setList(value);
          }}
          data={LISTS.filter((value) => value !== 'shares' || mayShare).map((value) => ({
            value,
            label: t(`recordings.lists.${value}`),
          }))}
          data-testid="side-list-choice"
        />
      </div>
      {list === 'events' && <Events channel={channel} day={day} at={at} onSeek={onSeek} />}
      {list === 'clips' && <Clips channel={channel} mayUnlock={mayUnlock} onSeek={onSeek} />}
      {list === 'shares' && <Shares channel={channel} onSeek={onSeek} />}
    </section>
  );
}

function Events({ channel, day, at, onSeek }: Omit<Props, 'mayShare' | 'mayUnlock'>) {
  const { t, i18n } = useTranslation();
  const span = useMemo(
    () => ({ from: startOf(day), to: startOf(dayAfter(day, 1)), resolutionMs: 86_400_000 / 1024 }),
    [day],
  );
  const account = useQuery(timelineQuery(channel, span));
  const list = useRef<HTMLUListElement>(null);
  const alarms = useMemo(
    () => (account.data?.marks ?? []).filter(({ kind }) => kind === 'alarm').toSorted((a, b) => a.from - b.from),
    [account.data],
  );
  const present = alarms.findLast(({ from, to }) => at >= from - 3000 && at <= Math.max(to, from + 30_000));
  useEffect(() => {
    const frame = list.current;
    const row = frame?.querySelector<HTMLElement>('[data-now]');
    // Only the list: `scrollIntoView` would move the page, too.
    if (frame && row) frame.scrollTo({ top: row.offsetTop - frame.offsetTop - frame.clientHeight / 2 });
  }, [present?.from]);
  return (
    <Loaded query={account}>
      {() =>
        alarms.length === 0 ? (
          <Empty>{t('recordings.noEvents')}</Empty>
        ) : (
          <ul ref={list} className={classes.list} data-testid="event-list">
            {alarms.map((alarm) => (
              <li key={alarm.id ?? alarm.from} className={classes.row} data-now={alarm === present || undefined}>
                <AlarmIcon mark={alarm} />
                <button
                  type="button"
                  className={classes.go}
                  data-testid="event"
                  data-from={alarm.from}
                  onClick={() => {
                    onSeek(alarm.from - 2000);
                  }}
                >
                  <strong>{markText(t, alarm)}</strong>
                  <span>
                    {timeText(i18n.language, new Date(alarm.from))}
                    {alarm.to - alarm.from >= 1000 &&
                      ` · ${durationText(i18n.language, (alarm.to - alarm.from) / 1000)}`}
                  </span>
                </button>
              </li>
            ))}
          </ul>
        )
      }
    </Loaded>
  );
}

function AlarmIcon({ mark }: { mark: TimelineMark }) {
  const Icon = ALARM_ICONS[knownType({ type_name: mark.name ?? 'other' })];
  return <Icon size={17} className={classes.icon} aria-hidden="true" />;
}

function Empty({ children }: { children: ReactNode }) {
  return <div className={classes.empty}>{children}</div>;
}

function Clips({ channel, mayUnlock, onSeek }: Pick<Props, 'channel' | 'mayUnlock' | 'onSeek'>) {
  const { t, i18n } = useTranslation();
  const clips = useClips(channel);
  const unlock = useUnlockClip(channel);
  const [asked, setAsked] = useState<Clip>();
  return (
    <Loaded query={clips}>
      {(items) => (
        <>
          {items.length === 0 && <Empty>{t('recordings.noClips')}</Empty>}
          <ul className={classes.list} data-testid="clip-list">
            {items.map((clip) => (
              <li key={clip.id} className={classes.row}>
                <IconLock size={16} aria-hidden="true" style={{ flex: 'none' }} />
                <button
                  type="button"
                  className={classes.go}
                  onClick={() => {
                    onSeek(clip.from);
                  }}
                >
                  <strong>{clip.name || t('recordings.clip')}</strong>
                  <span>
                    {momentText(i18n.language, new Date(clip.from))} ·{' '}
                    {durationText(i18n.language, (clip.to - clip.from) / 1000)}
                  </span>
                  {clip.until !== undefined && (
                    <span>{t('recordings.until', { until: dateText(i18n.language, new Date(clip.until)) })}</span>
                  )}
                </button>
                {mayUnlock && (
                  <span className={classes.above}>
                    <Tooltip label={t('recordings.unlock')}>
                      <ActionIcon
                        variant="subtle"
                        color="gray"
                        aria-label={t('recordings.unlock')}
                        data-testid="clip-unlock"
                        onClick={() => {
                          unlock.reset();
                          setAsked(clip);
                        }}
                      >
                        <IconLockOpen size={16} />
                      </ActionIcon>
                    </Tooltip>
                  </span>
                )}
              </li>
            ))}
          </ul>
          <ConfirmDialog
            opened={asked !== undefined}
            title={t('recordings.unlockTitle')}
            text={t('recordings.unlockText')}
            action={t('recordings.unlock')}
            pending={unlock.isPending}
            error={unlock.error}
            onConfirm={() => {
              if (asked) {
                unlock.mutate(asked.id, {
                  onSuccess: () => {
                    setAsked(undefined);
                  },
                });
              }
            }}
            onClose={() => {
              setAsked(undefined);
            }}
          />
        </>
      )}
    </Loaded>
  );
}

function Shares({ channel, onSeek }: Pick<Props, 'channel' | 'onSeek'>) {
  const { t, i18n } = useTranslation();
  const shares = useShares(channel);
  const end = useEndShare(channel);
  const [asked, setAsked] = useState<Share>();
  return (
    <Loaded query={shares}>
      {(items) => (
        <>
          {items.length === 0 && <Empty>{t('recordings.noShares')}</Empty>}
          <ul className={classes.list} data-testid="share-list">
            {items.map((share) => (
              <li key={share.id} className={classes.row}>
                <button
                  type="button"
                  className={classes.go}
                  onClick={() => {
                    onSeek(share.from);
                  }}
                >
                  <strong>{share.name || t('recordings.shared')}</strong>
                  <span>
                    {momentText(i18n.language, new Date(share.from))} ·{' '}
                    {durationText(i18n.language, (share.to - share.from) / 1000)}
                  </span>
                  <span>
                    {t('recordings.until', { until: dateText(i18n.language, new Date(share.expiresAt)) })}
                    {share.createdBy && ` · ${share.createdBy}`}
                  </span>
                </button>
                <span className={classes.above}>
                  <CopyButton label={t('recordings.shareLink')} value={share.url} />
                  <Tooltip label={t('recordings.endShare')}>
                    <ActionIcon
                      variant="subtle"
                      color="gray"
                      aria-label={t('recordings.endShare')}
                      data-testid="share-end"
                      onClick={() => {
                        end.reset();
                        setAsked(share);
                      }}
                    >
                      <IconTrash size={16} />
                    </ActionIcon>
                  </Tooltip>
                </span>
              </li>
            ))}
          </ul>
          <ConfirmDialog
            opened={asked !== undefined}
            title={t('recordings.endShareTitle')}
            text={t('recordings.endShareText')}
            action={t('recordings.endShare')}
            pending={end.isPending}
            error={end.error}
            onConfirm={() => {
              if (asked) {
                end.mutate(asked.id, {
                  onSuccess: () => {
                    setAsked(undefined);
                  },
                });
              }
            }}
            onClose={() => {
              setAsked(undefined);
            }}
          />
        </>
      )}
    </Loaded>
  );
}

import { Loader, Tooltip } from '@mantine/core';
import { IconMaximize, IconVideoOff, IconVolume, IconVolumeOff } from '@tabler/icons-react';
import type { TFunction } from 'i18next';
import { type ReactNode, type RefObject, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type ChannelRef, cloudNow, fetchFrame, openPlaylist, type Timeline } from '../api/recordings';
import { durationText } from '../device/duration';
import { failureText } from '../i18n/errors';
import { regionalOf } from '../i18n/formats';
import { toggleFullscreen } from '../player/fullscreen';
import { restoreVolume, toggleMute } from '../player/sound';
import { ChannelPlayer, type ChannelPlayerParts, type PictureStatus } from './channelPlayer';
import { FrameShow } from './frameShow';
import { gapText } from './gapLook';
import type { PlaybackSession } from './playbackSession';
import classes from './PlayerPane.module.css';
import { rangeAt } from './ranges';
import { useSessionStatus, useShownAt } from './usePlayback';

interface Props {
  session: PlaybackSession;
  /** Of the picture among those of the session. */
  pictureKey: string;
  name: string;
  source: PaneSource;
  /** What is known of the time: why there is no picture. */
  account: Timeline | undefined;
  /** One among several. */
  compact?: boolean;
  /** At the lower end. */
  corner?: ReactNode;
}

/** Where a pane's footage comes from. */
export interface PaneSource {
  open: ChannelPlayerParts['open'];
  frame?: (at: number, signal: AbortSignal) => ReturnType<typeof fetchFrame>;
  limits?: ChannelPlayerParts['limits'];
  onPieces?: ChannelPlayerParts['onPieces'];
}

export function channelSource(ref: ChannelRef): PaneSource {
  return {
    open: (span, signal) => openPlaylist(ref, span, signal),
    frame: (at, signal) => fetchFrame(ref, at, signal),
  };
}

/** The picture of one channel at the moment that the session's clock shows. */
export function PlayerPane({ session, pictureKey, name, source, account, compact = false, corner }: Props) {
  const { t } = useTranslation();
  const frame = useRef<HTMLDivElement>(null);
  const video = useRef<HTMLVideoElement>(null);
  const still = useRef<HTMLCanvasElement>(null);
  const frames = useRef<HTMLVideoElement>(null);
  const [player, setPlayer] = useState<ChannelPlayer>();
  const status = useSessionStatus(session);
  const picture: PictureStatus = status.pictures.get(pictureKey) ?? { state: 'loading', frames: false };

  useEffect(() => {
    if (!video.current || !still.current || !frames.current) return;
    const made = new ChannelPlayer({
      video: video.current,
      still: still.current,
      open: source.open,
      now: cloudNow,
      small: compact,
      ...(source.limits ? { limits: source.limits } : {}),
      ...(source.onPieces ? { onPieces: source.onPieces } : {}),
      ...(source.frame ? { frames: new FrameShow(frames.current, source.frame) } : {}),
    });
    // The player needs the elements, which are there only now.

    setPlayer(made);
    const remove = session.add(pictureKey, made);
    return () => {
      remove();
      made.dispose();
    };
  }, [session, pictureKey, source, compact]);

  return (
    <div
      ref={frame}
      className={classes.frame}
      data-compact={compact || undefined}
      data-testid="recording-player"
      data-key={pictureKey}
      data-state={picture.state}
      data-failure={picture.failure?.code}
      data-frames={picture.frames || undefined}
    >
      {/* Footage has no captions. */}
      {}
      <video ref={video} className={classes.picture} muted playsInline tabIndex={-1} aria-label={name} />
      <canvas ref={still} className={classes.picture} hidden aria-hidden="true" />
      <video ref={frames} className={`${classes.picture} ${classes.frames}`} muted playsInline tabIndex={-1} />
      {compact && (
        <div className={classes.top}>
          <span className={classes.badge}>{name}</span>
        </div>
      )}
      <Message
        session={session}
        picture={picture}
        account={account}
        compact={compact}
        onRetry={() => player?.retryNow()}
      />
      {!compact && <Note session={session} account={account} />}
      <div className={classes.corner}>
        {corner}
        <Sound video={video} />
        <Tooltip label={t('player.fullscreen')}>
          <button
            type="button"
            className={classes.control}
            aria-label={t('player.fullscreen')}
            onClick={() => {
              if (frame.current && video.current) toggleFullscreen(frame.current, video.current);
            }}
          >
            <IconMaximize size={17} />
          </button>
        </Tooltip>
      </div>
    </div>
  );
}

function Sound({ video }: { video: RefObject<HTMLVideoElement | null> }) {
  const { t } = useTranslation();
  const [muted, setMuted] = useState(true);
  useEffect(() => {
    const element = video.current;
    if (!element) return;
    restoreVolume(element);
    const read = (): void => {
      setMuted(element.muted || element.volume === 0);
    };
    element.addEventListener('volumechange', read);
    return () => {
      element.removeEventListener('volumechange', read);
    };
  }, [video]);
  return (
    <Tooltip label={t(muted ? 'player.unmute' : 'player.mute')}>
      <button
        type="button"
        className={classes.control}
        aria-label={t(muted ? 'player.unmute' : 'player.mute')}
        data-testid="recording-mute"
        onClick={() => {
          if (video.current) toggleMute(video.current);
        }}
      >
        {muted ? <IconVolumeOff size={17} /> : <IconVolume size={17} />}
      </button>
    </Tooltip>
  );
}

interface MessageProps {
  session: PlaybackSession;
  picture: PictureStatus;
  account: Timeline | undefined;
  compact: boolean;
  onRetry: () => void;
}

function Message({ session, picture, account, compact, onRetry }: MessageProps) {
  const { t } = useTranslation();
  const slow = useLasting(picture.state === 'loading', 400);
  switch (picture.state) {
    case 'ready':
      return null;
    case 'loading':
      return slow ? (
        <div className={classes.message} role="status">
          <Loader color="white" size={compact ? 22 : 32} aria-label={t('player.connecting')} />
        </div>
      ) : null;
    case 'edge':
      return (
        <div className={classes.message} role="status" data-testid="recording-edge">
          <Loader color="white" size={compact ? 22 : 28} />
          <p className={classes.text}>{t('recordings.edge')}</p>
        </div>
      );
    case 'gap':
      return (
        <div className={classes.message} role="status" data-testid="recording-gap">
          <IconVideoOff size={compact ? 22 : 32} stroke={1.5} aria-hidden="true" />
          <p className={classes.headline}>{t('recordings.noFootage')}</p>
          <GapReasonText session={session} account={account} />
        </div>
      );
    case 'failed':
      return (
        <div className={classes.message} role="alert" data-testid="recording-failed">
          <IconVideoOff size={compact ? 22 : 32} stroke={1.5} aria-hidden="true" />
          <p className={classes.text}>{pictureFailureText(t, picture.failure)}</p>
          {picture.failure?.code !== 'access_ended' && (
            <button type="button" className={classes.again} onClick={onRetry}>
              {t('app.tryAgain')}
            </button>
          )}
        </div>
      );
  }
}

function GapReasonText({ session, account }: Pick<MessageProps, 'session' | 'account'>) {
  const { t } = useTranslation();
  const at = useShownAt(session);
  const gap = account && rangeAt(account.ranges, at)?.gap;
  return gap === undefined ? null : <p className={classes.text}>{gapText(t, gap)}</p>;
}

/** What was passed over just now, and why. */
function Note({ session, account }: Pick<MessageProps, 'session' | 'account'>) {
  const { t, i18n } = useTranslation();
  const { skipped, ended } = useSessionStatus(session);
  if (ended) {
    return (
      <div className={classes.note} role="status" data-testid="recording-ended">
        {t('recordings.ended')}
      </div>
    );
  }
  if (!skipped || skipped.to - skipped.from < 2000) return null;
  const gap = account && rangeAt(account.ranges, (skipped.from + skipped.to) / 2)?.gap;
  const duration = durationText(i18n.language, (skipped.to - skipped.from) / 1000);
  return (
    <div className={classes.note} role="status" data-testid="recording-skipped">
      {gap === undefined
        ? t('recordings.skipped', { duration })
        : t('recordings.skippedWhy', { duration, reason: gapText(t, gap) })}
    </div>
  );
}

function pictureFailureText(t: TFunction, failure: PictureStatus['failure']): string {
  if (!failure) return '';
  switch (failure.code) {
    case 'codec':
      return /hvc1|hev1/.test(failure.message ?? '') ? t('recordings.hevc') : t('recordings.codec');
    case 'mse_missing':
      return t('player.mseMissing');
    case 'unreadable':
      return t('recordings.unreadable');
    default:
      return failureText(t, { code: failure.code, message: failure.message });
  }
}

/** True once something has lasted for some time. */
function useLasting(now: boolean, ms: number): boolean {
  const [lasting, setLasting] = useState(false);
  useEffect(() => {
    const timer = setTimeout(
      () => {
        setLasting(now);
      },
      now ? ms : 0,
    );
    return () => {
      clearTimeout(timer);
    };
  }, [now, ms]);
  return lasting && now;
}

/** The moment shown, as large as it matters. */
export function ShownTime({ session }: { session: PlaybackSession }) {
  const { i18n } = useTranslation();
  const at = useShownAt(session, 100);
  const region = regionalOf(i18n.language);
  const date = new Intl.DateTimeFormat(region, { weekday: 'short', day: 'numeric', month: 'short' }).format(at);
  const time = new Intl.DateTimeFormat(region, { timeStyle: 'medium' }).format(at);
  return (
    <time dateTime={new Date(at).toISOString()} data-testid="recording-at" data-at={Math.round(at)}>
      <strong>{time}</strong> <span>{date}</span>
    </time>
  );
}

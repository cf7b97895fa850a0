import { Loader } from '@mantine/core';
import { IconPlayerPlayFilled, IconVideoOff } from '@tabler/icons-react';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import { failureText } from '../i18n/errors';
import { bitrateText, latencyText } from '../i18n/formats';
import { useNow } from '../ui/useNow';
import { codecNamesOf, isHevc } from './codecs';
import classes from './LivePlayerView.module.css';
import type { PlayerStatus } from './status';

/** The live sign, with what a person wants to know at a glance. */
export function LiveBadge({ status, compact }: { status: PlayerStatus; compact: boolean }) {
  const { t } = useTranslation();
  if (status.state !== 'playing') return null;
  const { stats, width, height } = status;
  return (
    <div className={classes.badges}>
      <span className={classes.live}>
        <span className={classes.light} aria-hidden="true" />
        {t('player.live')}
        {stats?.latencyMs !== undefined && (
          <span className={classes.latency} title={t('player.latency')} data-testid="latency">
            {latencyText(stats.latencyMs)}
          </span>
        )}
      </span>
      {!compact && stats && (
        <span className={classes.facts}>
          {width && height ? `${width} × ${height}` : ''}
          <span aria-hidden="true"> · </span>
          {bitrateText(stats.bitrateBps)}
        </span>
      )}
    </div>
  );
}

interface MessageProps {
  status: PlayerStatus;
  compact: boolean;
  onRetry: () => void;
  onPlay: () => void;
}

/** What is said in the middle of the screen while there is no moving picture. */
export function PlayerMessage({ status, compact, onRetry, onPlay }: MessageProps) {
  const { t } = useTranslation();
  switch (status.state) {
    case 'playing':
      return null;
    case 'connecting':
    case 'waiting':
      return (
        <div className={classes.message} role="status">
          <Loader color="white" size={compact ? 24 : 32} />
          <p className={classes.text}>{waitingText(t, status)}</p>
        </div>
      );
    case 'paused':
      return (
        <div className={classes.message}>
          <button type="button" className={classes.bigPlay} onClick={onPlay} aria-label={t('player.play')}>
            <IconPlayerPlayFilled size={compact ? 22 : 30} />
          </button>
        </div>
      );
    case 'unsupported':
      return (
        <div className={classes.message} role="alert" data-testid="player-message">
          <IconVideoOff size={compact ? 24 : 32} stroke={1.5} aria-hidden="true" />
          <p className={classes.headline}>
            {t('player.unsupportedTitle', { codec: codecNamesOf(status.mime ?? '').video ?? status.mime ?? '?' })}
          </p>
          <p className={classes.text}>{unsupportedText(t, status)}</p>
        </div>
      );
    case 'error':
      return (
        <div className={classes.message} role="status" data-testid="player-message">
          <IconVideoOff size={compact ? 24 : 32} stroke={1.5} aria-hidden="true" />
          <p className={classes.text}>{status.failure && failureText(t, status.failure)}</p>
          <Retry status={status} onRetry={onRetry} />
        </div>
      );
  }
}

function Retry({ status, onRetry }: { status: PlayerStatus; onRetry: () => void }) {
  const { t } = useTranslation();
  const now = useNow(1000);
  const seconds = status.retryAtMs === undefined ? 0 : Math.ceil((status.retryAtMs - now.getTime()) / 1000);
  return (
    <div className={classes.retry}>
      <button type="button" className={classes.retryNow} onClick={onRetry} data-testid="retry">
        {t('player.retryNow')}
      </button>
      {seconds > 2 && <span className={classes.countdown}>{t('player.retryIn', { seconds })}</span>}
    </div>
  );
}

function waitingText(t: TFunction, status: PlayerStatus): string {
  if (status.state === 'connecting') return t('player.connecting');
  return t(status.waitingFor === 'device' ? 'player.waiting' : 'player.stalled');
}

function unsupportedText(t: TFunction, status: PlayerStatus): string {
  if (status.failure?.code === 'mse_missing') return t('player.mseMissing');
  return t(isHevc(status.mime ?? '') ? 'player.unsupportedHevc' : 'player.unsupportedOther');
}

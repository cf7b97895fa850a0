import { useTranslation } from 'react-i18next';
import { bitrateText } from '../i18n/formats';
import { codecNamesOf } from './codecs';
import classes from './LivePlayerView.module.css';
import type { PlayerStatus } from './status';

/** The numbers behind the picture, for those who set up cameras and networks. */
export function PlayerDetails({ status }: { status: PlayerStatus }) {
  const { t } = useTranslation();
  const { stats, width, height, mime } = status;
  const codecs = codecNamesOf(mime ?? '');
  const rows: [string, string][] = [
    [t('player.latency'), stats?.latencyMs === undefined ? '–' : `${Math.round(stats.latencyMs)} ms`],
    [t('player.bitrate'), stats ? bitrateText(stats.bitrateBps) : '–'],
    [t('player.resolution'), width && height ? `${width} × ${height}` : '–'],
    [
      t('player.frames'),
      stats ? t('player.fps', { fps: stats.framesPerSecond.toFixed(1), dropped: stats.droppedFrames }) : '–',
    ],
    [t('player.codec'), [codecs.video, codecs.audio].filter(Boolean).join(' + ') || '–'],
    [t('player.buffer'), stats ? `${Math.round(stats.bufferMs)} ms` : '–'],
    [t('player.stream'), status.streamId ?? '–'],
  ];
  return (
    <dl className={classes.details} data-testid="player-details">
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

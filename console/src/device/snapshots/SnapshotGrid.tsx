import { Loader, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { snapshotUrl } from '../../api/snapshots';
import type { Device, Snapshot } from '../../api/types';
import { timeText } from '../../i18n/formats';
import { byDay } from '../../ui/days';
import { useNow } from '../../ui/useNow';
import classes from './SnapshotGrid.module.css';

interface Props {
  device: Device;
  snapshots: Snapshot[];
  /** The channel whose picture is on its way. */
  coming: number | undefined;
  onShow: (id: number) => void;
}

/** The pictures by day, newest first. */
export function SnapshotGrid({ device, snapshots, coming, onShow }: Props) {
  const { i18n } = useTranslation();
  const now = useNow(60_000);
  const days = byDay(snapshots, ({ at }) => at, i18n.language, now);
  const several = device.channels.length > 1;
  return (
    <div className={classes.days} data-testid="snapshots">
      {coming !== undefined && days.length === 0 && (
        <ul className={classes.grid}>
          <Coming channel={coming} several={several} />
        </ul>
      )}
      {days.map((day, at) => (
        <section key={day.name} aria-label={day.name}>
          <Title order={3} className={classes.day}>
            {day.name}
          </Title>
          <ul className={classes.grid}>
            {at === 0 && coming !== undefined && <Coming channel={coming} several={several} />}
            {day.items.map((snapshot) => (
              <Tile key={snapshot.id} device={device} snapshot={snapshot} several={several} onShow={onShow} />
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}

interface TileProps {
  device: Device;
  snapshot: Snapshot;
  several: boolean;
  onShow: (id: number) => void;
}

function Tile({ device, snapshot, several, onShow }: TileProps) {
  const { t, i18n } = useTranslation();
  const time = timeText(i18n.language, new Date(snapshot.at));
  const channel = t('device.channel', { number: snapshot.channel });
  return (
    <li className={classes.tile}>
      <button
        type="button"
        className={classes.open}
        data-testid="snapshot"
        data-id={snapshot.id}
        aria-label={t('snapshots.show', { channel, time })}
        onClick={() => {
          onShow(snapshot.id);
        }}
      >
        <img
          src={snapshotUrl(device.login_code, snapshot.id)}
          alt=""
          width={snapshot.width}
          height={snapshot.height}
          loading="lazy"
          decoding="async"
          className={classes.picture}
        />
      </button>
      <div className={classes.caption}>
        <time dateTime={snapshot.at}>{time}</time>
        {several && (
          <Text component="span" size="xs" c="dimmed">
            {channel}
          </Text>
        )}
      </div>
    </li>
  );
}

function Coming({ channel, several }: { channel: number; several: boolean }) {
  const { t } = useTranslation();
  return (
    <li className={classes.tile} data-testid="snapshot-coming">
      <div className={classes.screen}>
        <Loader size="sm" color="gray" />
      </div>
      <div className={classes.caption} role="status">
        <span>{t('snapshots.coming')}</span>
        {several && (
          <Text component="span" size="xs" c="dimmed">
            {t('device.channel', { number: channel })}
          </Text>
        )}
      </div>
    </li>
  );
}

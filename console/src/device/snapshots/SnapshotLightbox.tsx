import { ActionIcon, Tooltip } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { IconDownload, IconTrash } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { may } from '../../api/currentTenant';
import { snapshotUrl, useDeleteSnapshot } from '../../api/snapshots';
import type { Device, Snapshot } from '../../api/types';
import { bytesText, momentText } from '../../i18n/formats';
import { around } from '../../ui/around';
import { ConfirmDialog } from '../../ui/ConfirmDialog';
import { Lightbox } from '../../ui/Lightbox';

interface Props {
  device: Device;
  snapshots: Snapshot[];
  /** NaN: none. */
  shown: number;
  onShow: (id: number | undefined, replace?: boolean) => void;
  /** The way leads to pictures that are not fetched yet. */
  onNearEnd?: (() => void) | undefined;
}

/** One picture, large; its address can be sent to somebody. */
export function SnapshotLightbox({ device, snapshots, shown, onShow, onNearEnd }: Props) {
  const { item: snapshot, newer, older } = around(snapshots, shown);
  const nearEnd =
    snapshot !== undefined && snapshots.at(-3) !== undefined && snapshot.id <= (snapshots.at(-3)?.id ?? 0);
  useEffect(() => {
    if (nearEnd) onNearEnd?.();
  }, [nearEnd, onNearEnd]);
  if (!snapshot) return null;
  return <Shown device={device} snapshot={snapshot} newer={newer} older={older} onShow={onShow} />;
}

interface ShownProps extends Pick<Props, 'device' | 'onShow'> {
  snapshot: Snapshot;
  newer: Snapshot | undefined;
  older: Snapshot | undefined;
}

function Shown({ device, snapshot, newer, older, onShow }: ShownProps) {
  const { t, i18n } = useTranslation();
  const remove = useDeleteSnapshot(device.login_code);
  const [asking, setAsking] = useState(false);
  const mayDelete = may('configure', device);
  const ask = (): void => {
    remove.reset();
    setAsking(true);
  };
  useHotkeys(mayDelete && !asking ? [['Delete', ask]] : []);
  const at = momentText(i18n.language, new Date(snapshot.at));
  const channel = t('device.channel', { number: snapshot.channel });
  const facts = [
    ...(device.channels.length > 1 ? [channel] : []),
    `${snapshot.width} × ${snapshot.height}`,
    bytesText(snapshot.bytes),
  ];
  const step = (to: Snapshot | undefined): (() => void) | undefined =>
    to &&
    (() => {
      onShow(to.id, true);
    });
  return (
    <>
      <Lightbox
        src={snapshotUrl(device.login_code, snapshot.id)}
        alt={t('snapshots.alt', { name: device.name || device.login_code, channel, at })}
        caption={
          <>
            <strong>{at}</strong>
            <span style={{ opacity: 0.65 }}> · {facts.join(' · ')}</span>
          </>
        }
        actions={
          <>
            <Tooltip label={t('pictures.download')}>
              <ActionIcon
                component="a"
                href={snapshotUrl(device.login_code, snapshot.id, true)}
                download
                variant="transparent"
                size={40}
                aria-label={t('pictures.download')}
                data-testid="snapshot-download"
              >
                <IconDownload size={20} />
              </ActionIcon>
            </Tooltip>
            {mayDelete && (
              <Tooltip label={t('pictures.delete')}>
                <ActionIcon
                  variant="transparent"
                  size={40}
                  aria-label={t('pictures.delete')}
                  onClick={ask}
                  data-testid="snapshot-delete"
                >
                  <IconTrash size={20} />
                </ActionIcon>
              </Tooltip>
            )}
          </>
        }
        onPrevious={step(newer)}
        onNext={step(older)}
        onClose={() => {
          onShow(undefined, true);
        }}
        covered={asking}
      />
      <ConfirmDialog
        opened={asking}
        title={t('snapshots.deleteTitle')}
        text={t('snapshots.deleteText')}
        action={t('device.delete')}
        pending={remove.isPending}
        error={remove.error}
        onConfirm={() => {
          remove.mutate(snapshot.id, {
            onSuccess: () => {
              setAsking(false);
              onShow((older ?? newer)?.id, true);
            },
          });
        }}
        onClose={() => {
          setAsking(false);
        }}
      />
    </>
  );
}

import { Stack } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { ApiError } from '../../api/apiError';
import { may } from '../../api/currentTenant';
import { itemsOf } from '../../api/pages';
import { useSnapshots, useTakeSnapshot } from '../../api/snapshots';
import type { Device, Snapshot } from '../../api/types';
import { useTabDevice } from '../../devices/useTabDevice';
import { Failure } from '../../ui/Failure';
import { Loaded } from '../../ui/Loaded';
import { Older } from '../../ui/Older';
import { PageHead } from '../../ui/PageHead';
import { NoRows } from '../../ui/Rows';
import { ChannelFilter } from '../ChannelFilter';
import { SnapshotGrid } from './SnapshotGrid';
import { SnapshotLightbox } from './SnapshotLightbox';
import { TakeButton } from './TakeButton';

/** Pictures that the device was asked for. */
export default function SnapshotsTab() {
  const { t } = useTranslation();
  const device = useTabDevice();
  const [channel, setChannel] = useState<number>();
  const snapshots = useSnapshots(device.login_code, channel);
  const take = useTakeSnapshot(device.login_code);
  // Who may not watch recordings sees at least what he had taken just now.
  const [taken, setTaken] = useState<Snapshot[]>([]);
  const onlyOwn = snapshots.error instanceof ApiError && snapshots.error.status === 403;
  const [search, setSearch] = useSearchParams();
  const show = (id: number | undefined, replace = false): void => {
    setSearch(
      (before) => {
        if (id === undefined) before.delete('picture');
        else before.set('picture', String(id));
        return before;
      },
      { replace },
    );
  };
  const shown = Number(search.get('picture') ?? NaN);
  // The one being taken stands on the list already.
  const coming = take.isPending && (channel === undefined || channel === take.variables) ? take.variables : undefined;

  return (
    <Stack>
      <PageHead title={t('tabs.snapshots')} text={t('snapshots.text')}>
        <ChannelFilter device={device} value={channel} onChange={setChannel} />
        {may('see_live', device) && (
          <TakeButton
            device={device}
            pending={take.isPending}
            onTake={(wanted) => {
              take.mutate(wanted, {
                onSuccess: (snapshot) => {
                  setTaken([snapshot, ...taken]);
                },
              });
            }}
          />
        )}
      </PageHead>
      <Failure error={take.error} testId="snapshot-failure" />
      {onlyOwn ? (
        <Pictures
          device={device}
          items={taken}
          coming={coming}
          shown={shown}
          onShow={show}
          nothing={t('snapshots.notSeen')}
        />
      ) : (
        <Loaded query={snapshots}>
          {(pages) => (
            <>
              <Pictures
                device={device}
                items={itemsOf(pages)}
                coming={coming}
                shown={shown}
                onShow={show}
                onNearEnd={() => {
                  if (snapshots.hasNextPage && !snapshots.isFetchingNextPage) void snapshots.fetchNextPage();
                }}
                nothing={t('snapshots.empty')}
              />
              {snapshots.hasNextPage && <Older query={snapshots} testId="snapshots-older" />}
            </>
          )}
        </Loaded>
      )}
    </Stack>
  );
}

interface PicturesProps {
  device: Device;
  items: Snapshot[];
  coming: number | undefined;
  shown: number;
  onShow: (id: number | undefined, replace?: boolean) => void;
  onNearEnd?: () => void;
  /** Said where there are none. */
  nothing: string;
}

function Pictures({ device, items, coming, shown, onShow, onNearEnd, nothing }: PicturesProps) {
  if (items.length === 0 && coming === undefined) return <NoRows>{nothing}</NoRows>;
  return (
    <>
      <SnapshotGrid device={device} snapshots={items} coming={coming} onShow={onShow} />
      <SnapshotLightbox device={device} snapshots={items} shown={shown} onShow={onShow} onNearEnd={onNearEnd} />
    </>
  );
}

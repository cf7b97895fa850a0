import { Stack } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { may } from '../../api/currentTenant';
import { itemsOf } from '../../api/pages';
import { useSnapshots, useTakeSnapshot } from '../../api/snapshots';
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
  const snapshots = useSnapshots(device.login_code, channel, may('see_recordings', device));
  const take = useTakeSnapshot(device.login_code);
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
              take.mutate(wanted);
            }}
          />
        )}
      </PageHead>
      <Failure error={take.error} testId="snapshot-failure" />
      {may('see_recordings', device) ? (
        <Loaded query={snapshots}>
          {(pages) => {
            const items = itemsOf(pages);
            if (items.length === 0 && coming === undefined) return <NoRows>{t('snapshots.empty')}</NoRows>;
            return (
              <>
                <SnapshotGrid device={device} snapshots={items} coming={coming} onShow={show} />
                <Older query={snapshots} testId="snapshots-older" />
                <SnapshotLightbox
                  device={device}
                  snapshots={items}
                  shown={shown}
                  onShow={show}
                  onNearEnd={() => {
                    if (snapshots.hasNextPage && !snapshots.isFetchingNextPage) void snapshots.fetchNextPage();
                  }}
                />
              </>
            );
          }}
        </Loaded>
      ) : (
        <NoRows>{t('snapshots.notSeen')}</NoRows>
      )}
    </Stack>
  );
}

import { Alert, Button, Group, Pagination, Stack, Text, Title } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { useDeviceCount, useDevices } from '../api/devices';
import { useAccess } from '../api/session';
import { errorText } from '../i18n/errors';
import { useTitle } from '../ui/useTitle';
import { AddDeviceDialog } from './AddDeviceDialog';
import { DeviceList, DeviceListSkeleton } from './DeviceList';
import { DeviceSearch } from './DeviceSearch';
import { FirstDevice, NoDevices, NoMatch } from './EmptyDevices';
import { PAGE_SIZE, useDeviceFilter } from './useDeviceFilter';

export function DevicesPage() {
  const { t } = useTranslation();
  useTitle(t('devices.title'));
  const [filter, setFilter] = useDeviceFilter();
  const devices = useDevices(filter);
  const total = useDeviceCount();
  const adding = useAddParameter();
  const mayAdd = useAccess()?.mayAnywhere('configure') ?? false;
  const searching = filter.query !== '' || filter.presence !== undefined;
  const page = devices.data;
  const empty = page?.total === 0 && !searching;

  return (
    <Stack gap="lg">
      <Group justify="space-between" wrap="nowrap" mih={40}>
        <Group gap={10} align="baseline" wrap="nowrap">
          <Title order={1} lts="-0.02em">
            {t('devices.title')}
          </Title>
          {total !== undefined && total > 0 && (
            <Text c="dimmed" className="numbers" data-testid="device-total">
              {total.toLocaleString()}
            </Text>
          )}
        </Group>
        {mayAdd && page && !empty && (
          <Button leftSection={<IconPlus size={17} />} onClick={adding.open} data-testid="add-device">
            {t('devices.add')}
          </Button>
        )}
      </Group>

      {empty && mayAdd && <FirstDevice onAdd={adding.open} />}
      {empty && !mayAdd && <NoDevices />}
      {!empty && (
        <>
          <DeviceSearch filter={filter} onChange={setFilter} />
          {devices.isError && !page && (
            <Alert color="red" variant="light" title={t('devices.failed')}>
              <Group justify="space-between">
                {errorText(t, devices.error)}
                <Button size="xs" variant="default" onClick={() => void devices.refetch()}>
                  {t('app.tryAgain')}
                </Button>
              </Group>
            </Alert>
          )}
          {devices.isPending && <DeviceListSkeleton />}
          {page?.total === 0 && (
            <NoMatch
              onClear={() => {
                setFilter({ query: '', presence: undefined });
              }}
            />
          )}
          {page && page.items.length > 0 && <DeviceList devices={page.items} stale={devices.isPlaceholderData} />}
          {page && (
            <Pages
              total={page.total}
              page={filter.page}
              onChange={(next) => {
                setFilter({ page: next });
              }}
            />
          )}
        </>
      )}
      <AddDeviceDialog opened={adding.opened && mayAdd} onClose={adding.close} />
    </Stack>
  );
}

function Pages({ total, page, onChange }: { total: number; page: number; onChange: (page: number) => void }) {
  const { t } = useTranslation();
  const pages = Math.ceil(total / PAGE_SIZE);
  // The page may lie behind the end after devices were deleted.
  useEffect(() => {
    if (pages > 0 && page > pages) onChange(pages);
  }, [pages, page, onChange]);
  if (pages <= 1) return null;
  const from = (page - 1) * PAGE_SIZE + 1;
  return (
    <Group justify="space-between">
      <Text size="sm" c="dimmed" className="numbers">
        {t('devices.range', { from, to: Math.min(from + PAGE_SIZE - 1, total), total: total.toLocaleString() })}
      </Text>
      <Pagination
        total={pages}
        value={page}
        siblings={1}
        boundaries={1}
        onChange={(next) => {
          onChange(next);
          globalThis.scrollTo({ top: 0 });
        }}
        aria-label={t('devices.pages')}
        getControlProps={(control) => ({ 'aria-label': t(control === 'next' ? 'devices.next' : 'devices.previous') })}
      />
    </Group>
  );
}

/** The dialog is open while the address says `?add`: the shortcut of other pages and the "back" button work by it. */
function useAddParameter() {
  const [search, setSearch] = useSearchParams();
  const set = (open: boolean): void => {
    setSearch(
      (before) => {
        if (open) before.set('add', '');
        else before.delete('add');
        return before;
      },
      { replace: !open },
    );
  };
  return {
    opened: search.has('add'),
    open: () => {
      set(true);
    },
    close: () => {
      set(false);
    },
  };
}

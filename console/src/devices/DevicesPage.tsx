import { Alert, Button, Group, Stack } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useDevices } from '../api/devices';
import { may, useIsPlatformAdmin } from '../api/currentTenant';
import { BindDialog } from '../binding/BindDialog';
import { GroupPanel } from '../groups/GroupPanel';
import { errorText } from '../i18n/errors';
import { useTitle } from '../ui/useTitle';
import { AddDeviceDialog } from './AddDeviceDialog';
import { DeviceList, DeviceListSkeleton } from './DeviceList';
import { DevicesHead } from './DevicesHead';
import classes from './DevicesPage.module.css';
import { DeviceSearch } from './DeviceSearch';
import { FirstDevice, NoDevices, NoMatch } from './EmptyDevices';
import { Pages } from './Pages';
import { useDeviceFilter } from './useDeviceFilter';
import { useOpenParameter } from './useOpenParameter';
import { useTenantInView } from './useTenantInView';

export function DevicesPage() {
  const { t } = useTranslation();
  useTitle(t('devices.title'));
  const [filter, setFilter] = useDeviceFilter();
  const devices = useDevices(filter);
  const tenant = useTenantInView();
  const platformAdmin = useIsPlatformAdmin();
  const adding = useOpenParameter('add');
  const binding = useOpenParameter('bind');
  const page = devices.data;
  const searching = filter.query !== '' || filter.presence !== undefined || filter.group !== undefined;
  const empty = page?.total === 0 && !searching;
  // Without an organisation, platform administrators add to the stock.
  const mayAdd = tenant.id === undefined ? platformAdmin : may('configure', tenant);
  const mayBind = tenant.id !== undefined && may('configure', tenant);
  const onBind = mayBind ? binding.open : undefined;

  return (
    <Stack gap="lg">
      <DevicesHead
        filter={filter}
        tenant={tenant}
        onAdd={mayAdd && page && !empty ? adding.open : undefined}
        onBind={page && !empty ? onBind : undefined}
      />
      {empty ? (
        mayAdd ? (
          <FirstDevice onAdd={adding.open} onBind={onBind} />
        ) : (
          <NoDevices />
        )
      ) : (
        <div className={classes.layout}>
          <GroupPanel
            tenant={tenant}
            chosen={filter.group}
            onChoose={(group) => {
              setFilter({ group });
            }}
          />
          <Stack gap="lg" className={classes.list}>
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
                  setFilter({ query: '', presence: undefined, group: undefined });
                }}
              />
            )}
            {page && page.items.length > 0 && (
              <DeviceList devices={page.items} stale={devices.isPlaceholderData} tenant={tenant.id} />
            )}
            {page && (
              <Pages
                total={page.total}
                page={filter.page}
                onChange={(next) => {
                  setFilter({ page: next });
                }}
              />
            )}
          </Stack>
        </div>
      )}
      {mayAdd && (
        <AddDeviceDialog
          opened={adding.opened}
          onClose={adding.close}
          {...(tenant.id === undefined ? {} : { tenant: tenant.id })}
          {...(filter.group === undefined ? {} : { group: filter.group })}
        />
      )}
      {mayBind && tenant.id !== undefined && (
        <BindDialog tenant={tenant.id} group={filter.group} opened={binding.opened} onClose={binding.close} />
      )}
    </Stack>
  );
}

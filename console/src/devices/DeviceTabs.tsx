import { Center, Skeleton, Text } from '@mantine/core';
import { Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { Outlet, useLocation } from 'react-router';
import { UNKNOWN_CAPABILITIES, useCapabilities } from '../api/capabilities';
import { may, maySomewhere } from '../api/currentTenant';
import type { Device } from '../api/types';
import { TabStrip } from '../ui/TabStrip';
import { DEVICE_TABS } from './tabs';

/** The pages of one device, with the way between them. What the device cannot do is there and says so. */
export function DeviceTabs({ device }: { device: Device }) {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  const capabilities = useCapabilities(device.login_code).data ?? UNKNOWN_CAPABILITIES;
  const base = `/devices/${encodeURIComponent(device.login_code)}`;
  const tabs = DEVICE_TABS.filter(({ permission, ofChannels = false }) =>
    ofChannels ? maySomewhere(permission, device) : may(permission, device),
  ).map((tab) => ({
    ...tab,
    reason: tab.needs?.(capabilities, t),
  }));
  const path = decodeURI(pathname).split('/')[3] ?? '';
  const open = tabs.find((tab) => tab.path === path);
  // Somebody opened the address of a tab that is not there for this person, or not with this device.
  const barred = open ? open.reason : t('error.forbidden');
  return (
    <>
      {tabs.length > 1 && (
        <TabStrip
          label={t('tabs.label')}
          tabs={tabs.map((tab) => ({
            to: tab.path ? `${base}/${tab.path}` : base,
            end: tab.path === '',
            label: tab.label(t),
            disabled: tab.reason,
            testId: `tab-${tab.path || 'overview'}`,
          }))}
        />
      )}
      {barred === undefined ? (
        <Suspense fallback={<Skeleton height={320} radius="lg" aria-hidden="true" />}>
          <Outlet context={device} />
        </Suspense>
      ) : (
        <Center mih="30vh" data-testid="tab-barred">
          <Text c="dimmed" ta="center" maw="32rem">
            {barred}
          </Text>
        </Center>
      )}
    </>
  );
}

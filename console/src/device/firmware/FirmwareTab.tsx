import { Stack } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { refuses, UNKNOWN_CAPABILITIES, useCapabilities } from '../../api/capabilities';
import { may } from '../../api/currentTenant';
import { useUpgrades } from '../../api/firmware';
import { itemsOf } from '../../api/pages';
import { useTabDevice } from '../../devices/useTabDevice';
import { isRunning } from '../../firmware/upgrades';
import { Loaded } from '../../ui/Loaded';
import { PageHead } from '../../ui/PageHead';
import { CurrentFirmware } from './CurrentFirmware';
import { ImageChoice } from './ImageChoice';
import { UpgradeHistory } from './UpgradeHistory';

/** Which firmware the device runs, and how it gets another. */
export default function FirmwareTab() {
  const { t } = useTranslation();
  const device = useTabDevice();
  const upgrades = useUpgrades(device.login_code);
  const capabilities = useCapabilities(device.login_code).data ?? UNKNOWN_CAPABILITIES;
  const barred = refuses(capabilities, 'UpgradeFirmware')
    ? t('tabs.noMethod', { method: 'UpgradeFirmware' })
    : device.presence !== 'online'
      ? t('error.device_offline')
      : undefined;
  return (
    <Stack maw="60rem">
      <PageHead title={t('tabs.firmware')} text={t('firmware.deviceText')} />
      <Loaded query={upgrades}>
        {(pages) => {
          const items = itemsOf(pages);
          const [last] = items;
          const running = last !== undefined && isRunning(last);
          return (
            <>
              <CurrentFirmware device={device} last={last} />
              {may('configure', device) && (
                <ImageChoice device={device} barred={running ? t('firmware.oneRuns') : barred} />
              )}
              <UpgradeHistory upgrades={items} query={upgrades} />
            </>
          );
        }}
      </Loaded>
    </Stack>
  );
}

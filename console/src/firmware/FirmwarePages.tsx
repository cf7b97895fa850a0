import { useTranslation } from 'react-i18next';
import { useOrganisation } from '../organisation/useOrganisation';
import { FirmwareStore } from './FirmwareStore';

export function OrganisationFirmwarePage() {
  const { t } = useTranslation();
  return <FirmwareStore tenant={useOrganisation().id} text={t('firmware.text')} />;
}

export function PlatformFirmwarePage() {
  const { t } = useTranslation();
  return <FirmwareStore text={t('firmware.platformText')} />;
}

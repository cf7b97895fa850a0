import { useTranslation } from 'react-i18next';
import { useOrganisation } from '../organisation/useOrganisation';
import { AuditLog } from './AuditLog';

export function OrganisationAuditPage() {
  const { t } = useTranslation();
  return <AuditLog tenant={useOrganisation().id} text={t('audit.text')} />;
}

export function PlatformAuditPage() {
  const { t } = useTranslation();
  return <AuditLog text={t('audit.platformText')} />;
}

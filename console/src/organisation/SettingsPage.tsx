import { Stack } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { may } from '../api/currentTenant';
import { PageHead } from '../ui/PageHead';
import { DeleteCard, LeaveCard } from './EndCards';
import { RenameCard } from './RenameCard';
import { SupportCard } from './SupportCard';
import { useOrganisation } from './useOrganisation';

export function SettingsPage() {
  const { t } = useTranslation();
  const organisation = useOrganisation();
  const owner = may('manage_tenant', organisation);
  return (
    <Stack maw="44rem">
      <PageHead title={t('nav.settings')} />
      {owner && <RenameCard organisation={organisation} />}
      {owner && <SupportCard organisation={organisation} />}
      <LeaveCard organisation={organisation} />
      {owner && <DeleteCard organisation={organisation} />}
    </Stack>
  );
}

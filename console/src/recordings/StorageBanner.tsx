import { Anchor } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useIsPlatformAdmin } from '../api/currentTenant';
import { useStorage } from '../api/recordPlans';
import classes from './StorageBanner.module.css';

/** Tells those who run the cloud that footage has no room. */
export function StorageBanner() {
  const { t } = useTranslation();
  const storage = useStorage(useIsPlatformAdmin());
  const state = storage.data?.state;
  if (state !== 'low' && state !== 'full') return null;
  return (
    <div className={classes.banner} data-state={state} role="status" data-testid="storage-banner">
      {t(`storage.${state}`)}{' '}
      <Anchor component={Link} to="/platform/storage" inherit c="inherit" underline="always">
        {t('storage.details')}
      </Anchor>
    </div>
  );
}

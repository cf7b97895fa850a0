import { Alert } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useTabDevice } from '../../devices/useTabDevice';
import { DiskCard } from './DiskCard';
import classes from './MaintenanceTab.module.css';
import { AwakeCard, ReconnectCard } from './PowerCards';
import { ResetCard } from './ResetCard';
import { RestartCard } from './RestartCard';
import { TimeCard } from './TimeCard';

/** What keeps a device in order, and what puts it back in order. */
export function MaintenanceTab() {
  const { t } = useTranslation();
  const device = useTabDevice();
  const online = device.presence === 'online';
  return (
    <>
      {!online && (
        <Alert variant="light" color="gray">
          {t('maintenance.offline')}
        </Alert>
      )}
      <div className={classes.cards}>
        <TimeCard device={device} online={online} />
        <DiskCard device={device} online={online} />
        <RestartCard device={device} online={online} />
        <AwakeCard device={device} online={online} />
        <ReconnectCard device={device} online={online} />
        <ResetCard device={device} online={online} />
      </div>
    </>
  );
}

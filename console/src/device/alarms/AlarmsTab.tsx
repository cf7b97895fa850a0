import { useTranslation } from 'react-i18next';
import { AlarmsView } from '../../alarms/AlarmsView';
import { useTabDevice } from '../../devices/useTabDevice';
import { PageHead } from '../../ui/PageHead';

/** The alarms of one device. */
export default function AlarmsTab() {
  const { t } = useTranslation();
  const device = useTabDevice();
  return (
    <AlarmsView
      device={device.login_code}
      head={(actions) => (
        <PageHead title={t('tabs.alarms')} text={t('alarms.deviceText')}>
          {actions}
        </PageHead>
      )}
    />
  );
}

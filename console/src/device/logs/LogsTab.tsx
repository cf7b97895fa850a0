import { Stack } from '@mantine/core';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { useDeviceLogs } from '../../api/deviceLogs';
import { itemsOf } from '../../api/pages';
import { useTabDevice } from '../../devices/useTabDevice';
import { Loaded } from '../../ui/Loaded';
import { Older } from '../../ui/Older';
import { PageHead } from '../../ui/PageHead';
import { NoRows, Rows } from '../../ui/Rows';
import { AskForLogs } from './AskForLogs';
import { LogRow } from './LogRow';

const LogViewer = lazy(() => import('./LogViewer'));

/** The device's own logs, of the time that one asks for. */
export default function LogsTab() {
  const { t } = useTranslation();
  const device = useTabDevice();
  const logs = useDeviceLogs(device.login_code);
  const [search, setSearch] = useSearchParams();
  const viewed = Number(search.get('view') ?? NaN);
  return (
    <Stack maw="60rem">
      <PageHead title={t('tabs.logs')} text={t('logs.text')} />
      <AskForLogs device={device} />
      <Loaded query={logs}>
        {(pages) => {
          const items = itemsOf(pages);
          if (items.length === 0) return <NoRows>{t('logs.empty')}</NoRows>;
          return (
            <>
              <Rows label={t('tabs.logs')} testId="logs">
                {items.map((log) => (
                  <LogRow
                    key={log.id}
                    device={device}
                    log={log}
                    onView={() => {
                      setSearch({ view: String(log.id) });
                    }}
                  />
                ))}
              </Rows>
              {logs.hasNextPage && <Older query={logs} />}
            </>
          );
        }}
      </Loaded>
      {viewed > 0 && (
        <Suspense fallback={null}>
          <LogViewer
            device={device}
            id={viewed}
            onClose={() => {
              setSearch({}, { replace: true });
            }}
          />
        </Suspense>
      )}
    </Stack>
  );
}

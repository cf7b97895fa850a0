import { Alert, Progress, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useStorage } from '../api/recordPlans';
import type { RecordingStorage } from '../api/types';
import { dateText, bytesText } from '../i18n/formats';
import { Card } from '../ui/Card';
import { Loaded } from '../ui/Loaded';
import { PageHead } from '../ui/PageHead';

/** How full the storage of footage is, for those who run the cloud. */
export default function StoragePage() {
  const { t } = useTranslation();
  const storage = useStorage(true);
  return (
    <Stack>
      <PageHead title={t('storage.title')} text={t('storage.text')} />
      <Loaded query={storage}>{(data) => <Facts storage={data} />}</Loaded>
    </Stack>
  );
}

function Facts({ storage }: { storage: RecordingStorage }) {
  const { t, i18n } = useTranslation();
  const {
    store,
    state,
    segments,
    oldest,
    used_bytes: usedBytes,
    free_bytes: freeBytes,
    total_bytes: totalBytes,
  } = storage;
  const rows: [string, string][] = [
    [t('storage.store'), t(`storage.stores.${store}`)],
    [t('storage.used'), `${bytesText(usedBytes)} · ${t('storage.segments', { count: segments })}`],
    ...(freeBytes === undefined
      ? []
      : [
          [
            t('storage.free'),
            totalBytes === undefined
              ? bytesText(freeBytes)
              : t('storage.ofTotal', { free: bytesText(freeBytes), total: bytesText(totalBytes) }),
          ] as [string, string],
        ]),
    ...(oldest === undefined
      ? []
      : [[t('storage.oldest'), dateText(i18n.language, new Date(oldest))] as [string, string]]),
  ];
  return (
    <Stack data-testid="storage" data-state={state}>
      {state !== 'ok' && (
        <Alert variant="light" color={state === 'full' ? 'red' : 'yellow'}>
          {t(`storage.${state}`)}
        </Alert>
      )}
      <Card title={t(`storage.state.${state}`)}>
        {freeBytes !== undefined && totalBytes !== undefined && (
          <Progress.Root size={14} w="100%" radius="md">
            <Progress.Section
              value={((totalBytes - freeBytes) / totalBytes) * 100}
              color={state === 'ok' ? 'teal' : state === 'low' ? 'yellow' : 'red'}
              aria-label={t('storage.free')}
            />
          </Progress.Root>
        )}
        <dl style={{ display: 'grid', gridTemplateColumns: 'auto 1fr', gap: '0.375rem 1.5rem', margin: 0 }}>
          {rows.map(([name, value]) => (
            <div key={name} style={{ display: 'contents' }}>
              <Text component="dt" size="sm" c="dimmed">
                {name}
              </Text>
              <Text component="dd" size="sm" m={0} className="numbers">
                {value}
              </Text>
            </div>
          ))}
        </dl>
      </Card>
    </Stack>
  );
}

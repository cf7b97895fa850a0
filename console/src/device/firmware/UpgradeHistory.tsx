import { Stack, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { isOver, isRunning } from '../../firmware/upgrades';
import { momentText } from '../../i18n/formats';
import { Older } from '../../ui/Older';
import { NoRows, Row, Rows } from '../../ui/Rows';
import { durationText } from '../duration';
import type { Upgrade } from '../../api/types';

interface Props {
  upgrades: Upgrade[];
  query: Parameters<typeof Older>[0]['query'];
}

/** What the device was told to install, newest first. */
export function UpgradeHistory({ upgrades, query }: Props) {
  const { t } = useTranslation();
  return (
    <Stack gap="sm">
      <Title order={3} fz="1rem">
        {t('firmware.history')}
      </Title>
      {upgrades.length === 0 ? (
        <NoRows>{t('firmware.noHistory')}</NoRows>
      ) : (
        <>
          <Rows label={t('firmware.history')} testId="upgrades">
            {upgrades.map((upgrade) => (
              <UpgradeRow key={upgrade.id} upgrade={upgrade} />
            ))}
          </Rows>
          {query.hasNextPage && <Older query={query} />}
        </>
      )}
    </Stack>
  );
}

function UpgradeRow({ upgrade }: { upgrade: Upgrade }) {
  const { t, i18n } = useTranslation();
  const { from, to, started_at, ended_at, by, state, progress, error } = upgrade;
  const lasted = ended_at && durationText(i18n.language, (Date.parse(ended_at) - Date.parse(started_at)) / 1000);
  return (
    <Row
      testId="upgrade-row"
      title={from ? `${from} → ${to}` : to}
      below={[momentText(i18n.language, new Date(started_at)), by, lasted].filter(Boolean).join(' · ')}
      facts={[
        <div key="state" data-state={state}>
          <Text size="sm" c={isOver(upgrade) === 'badly' ? 'red' : isRunning(upgrade) ? 'inherit' : 'dimmed'}>
            {t(`firmware.state.${state}`, { version: to, progress })}
          </Text>
          {error && (
            <Text size="xs" c="dimmed">
              {error}
            </Text>
          )}
        </div>,
      ]}
    />
  );
}

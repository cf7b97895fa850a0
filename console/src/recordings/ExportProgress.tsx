import { Anchor, Button, Group, Progress, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { bytesText } from '../i18n/formats';
import { Failure } from '../ui/Failure';
import type { ExportStage } from './useExport';

/** How far an export is. */
export function ExportProgress({ stage, onCancel }: { stage: ExportStage; onCancel: () => void }) {
  const { t } = useTranslation();
  switch (stage.stage) {
    case 'idle':
      return null;
    case 'failed':
      return <Failure error={stage.error} testId="export-failure" />;
    case 'done':
      return (
        <Text size="sm" role="status" data-testid="export-done">
          {t(stage.byBrowser ? 'recordings.exportByBrowser' : 'recordings.exportDone')}{' '}
          <Anchor href={stage.url} download size="sm" data-testid="export-link">
            {t('recordings.exportAgain')}
          </Anchor>
        </Text>
      );
    case 'preparing':
    case 'downloading': {
      const share =
        stage.stage === 'preparing' ? stage.progress : stage.progress.received / Math.max(1, stage.progress.total ?? 1);
      const percent = Math.min(100, Math.floor(share * 100));
      return (
        <Stack gap={6} data-testid="export-progress" data-stage={stage.stage} data-percent={percent}>
          <Group justify="space-between" wrap="nowrap" gap="sm">
            <Text size="sm">{t(stage.stage === 'preparing' ? 'recordings.preparing' : 'recordings.downloading')}</Text>
            <Text size="sm" c="dimmed" className="numbers">
              {stage.stage === 'downloading' &&
                `${bytesText(stage.progress.received)} / ${bytesText(stage.progress.total ?? 0)} · `}
              {percent} %
            </Text>
          </Group>
          <Group wrap="nowrap" gap="sm">
            <Progress
              value={percent}
              aria-label={t('recordings.downloading')}
              style={{ flex: 1 }}
              transitionDuration={200}
            />
            <Button size="compact-xs" variant="default" onClick={onCancel}>
              {t('app.cancel')}
            </Button>
          </Group>
        </Stack>
      );
    }
  }
}

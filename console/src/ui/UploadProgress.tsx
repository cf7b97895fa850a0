import { Button, Group, Progress, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { bytesText } from '../i18n/formats';

interface Props {
  name: string;
  /** Bytes. */
  progress: { sent: number; total: number };
  onCancel: () => void;
}

/** A file on its way to the cloud. */
export function UploadProgress({ name, progress: { sent, total }, onCancel }: Props) {
  const { t } = useTranslation();
  const percent = total > 0 ? Math.floor((sent / total) * 100) : 0;
  // All sent: the cloud reads it through and stores it.
  const storing = total > 0 && sent >= total;
  return (
    <Stack gap={6} data-testid="upload-progress">
      <Group justify="space-between" wrap="nowrap" gap="sm">
        <Text size="sm" fw={550} truncate>
          {name}
        </Text>
        <Text size="sm" c="dimmed" className="numbers" style={{ flex: 'none' }}>
          {storing ? t('upload.storing') : `${bytesText(sent)} / ${bytesText(total)} · ${percent} %`}
        </Text>
      </Group>
      <Group wrap="nowrap" gap="sm">
        <Progress
          value={percent}
          striped={storing}
          animated={storing}
          aria-label={name}
          style={{ flex: 1 }}
          transitionDuration={120}
        />
        <Button size="compact-xs" variant="default" onClick={onCancel}>
          {t('app.cancel')}
        </Button>
      </Group>
    </Stack>
  );
}

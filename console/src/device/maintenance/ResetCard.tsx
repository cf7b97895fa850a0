import { Button, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { useTranslation } from 'react-i18next';
import { refuses, UNKNOWN_CAPABILITIES, useCapabilities } from '../../api/capabilities';
import { useFactoryReset } from '../../api/maintenance';
import { Card } from '../../ui/Card';
import { ConfirmDialog } from '../../ui/ConfirmDialog';
import { type CardProps, wordOf } from './props';

export function ResetCard({ device, online }: CardProps) {
  const { t } = useTranslation();
  const capabilities = useCapabilities(device.login_code).data ?? UNKNOWN_CAPABILITIES;
  const reset = useFactoryReset(device.login_code);
  const [asking, { open, close }] = useDisclosure();
  const word = wordOf(device);
  return (
    <Card title={t('maintenance.reset')} text={t('maintenance.resetText')}>
      {refuses(capabilities, 'ResetConfig') ? (
        <Text size="sm" c="dimmed">
          {t('tabs.noMethod', { method: 'ResetConfig' })}
        </Text>
      ) : (
        <Button variant="light" color="red" disabled={!online} onClick={open} data-testid="factory-reset">
          {t('maintenance.resetAction')}
        </Button>
      )}
      <ConfirmDialog
        opened={asking}
        title={t('maintenance.resetTitle', { name: word })}
        text={t('maintenance.resetAsk')}
        action={t('maintenance.resetAction')}
        word={word}
        pending={reset.isPending}
        error={reset.error}
        onConfirm={() => {
          reset.mutate(word, {
            onSuccess: () => {
              notifications.show({ message: t('maintenance.resetBegun'), color: 'gray' });
              close();
            },
          });
        }}
        onClose={() => {
          reset.reset();
          close();
        }}
      />
    </Card>
  );
}

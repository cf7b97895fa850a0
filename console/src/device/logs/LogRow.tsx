import { Button, Group, Loader, Menu, Text } from '@mantine/core';
import { IconDownload, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { deviceLogUrl, useDeleteDeviceLog } from '../../api/deviceLogs';
import type { Device, DeviceLog } from '../../api/types';
import { bytesText, momentText } from '../../i18n/formats';
import { ConfirmDialog } from '../../ui/ConfirmDialog';
import { RowMenu } from '../../ui/RowMenu';
import { Row } from '../../ui/Rows';
import { rangeText } from './ranges';

interface Props {
  device: Device;
  log: DeviceLog;
  onView: () => void;
}

/** One log that was asked for: on its way, here, or why it did not come. */
export function LogRow({ device, log, onView }: Props) {
  const { t, i18n } = useTranslation();
  const remove = useDeleteDeviceLog(device.login_code);
  const [asking, setAsking] = useState(false);
  const range = rangeText(i18n.language, new Date(log.from), new Date(log.to));
  const filled = log.state === 'done' && (log.bytes ?? 0) > 0;
  return (
    <Row
      testId="log"
      title={range}
      below={t('logs.askedAt', { at: momentText(i18n.language, new Date(log.requested_at)), by: log.by ?? '' }).replace(
        /[\s·]+$/,
        '',
      )}
      facts={[<State key="state" log={log} />]}
      actions={
        <>
          {/* Without something to view its place is kept, so that the facts stand below one another. */}
          <Button
            size="xs"
            variant="default"
            onClick={onView}
            data-testid="view-log"
            style={filled && log.content_type !== 'application/zip' ? undefined : { visibility: 'hidden' }}
          >
            {t('logs.view')}
          </Button>
          <RowMenu label={t('people.actions', { name: range })}>
            {filled && (
              <Menu.Item
                component="a"
                href={deviceLogUrl(device.login_code, log.id, true)}
                download
                leftSection={<IconDownload size={17} />}
              >
                {t('pictures.download')}
              </Menu.Item>
            )}
            <Menu.Item
              color="red"
              leftSection={<IconTrash size={17} />}
              onClick={() => {
                remove.reset();
                setAsking(true);
              }}
            >
              {t('device.delete')}
            </Menu.Item>
          </RowMenu>
          <ConfirmDialog
            opened={asking}
            title={t('logs.deleteTitle')}
            text={t('logs.deleteText', { range })}
            action={t('device.delete')}
            pending={remove.isPending}
            error={remove.error}
            onConfirm={() => {
              remove.mutate(log.id, {
                onSuccess: () => {
                  setAsking(false);
                },
              });
            }}
            onClose={() => {
              setAsking(false);
            }}
          />
        </>
      }
    />
  );
}

function State({ log }: { log: DeviceLog }) {
  const { t } = useTranslation();
  const coming = log.state === 'requested' || log.state === 'uploading';
  const wrong = log.state === 'failed' || log.state === 'timed_out';
  const text =
    log.state === 'done' ? (log.bytes ? bytesText(log.bytes) : t('logs.nothing')) : t(`logs.state.${log.state}`);
  return (
    <div data-testid="log-state" data-state={log.state} role="status">
      <Group gap={8} wrap="nowrap">
        {coming && <Loader size={14} color="gray" />}
        <Text size="sm" c={wrong ? 'red' : coming || !log.bytes ? 'dimmed' : 'inherit'} className="numbers">
          {text}
        </Text>
      </Group>
      {wrong && log.error && (
        <Text size="xs" c="dimmed">
          {log.error}
        </Text>
      )}
    </div>
  );
}

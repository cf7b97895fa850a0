import { Alert, Button, FileButton, Group, List, Stack, Text, Textarea } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconFileText } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../api/apiError';
import { useImportDevices } from '../api/stock';
import { Actions, Dialog } from '../ui/Dialog';
import { Failure } from '../ui/Failure';
import classes from './ImportDialog.module.css';
import { TenantSelect } from './TenantSelect';

/** Takes many devices in at once, from a table. */
export function ImportDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Dialog opened={opened} onClose={onClose} title={t('stock.import')} size="xl" keepOnClickOutside>
      <ImportForm onClose={onClose} />
    </Dialog>
  );
}

function ImportForm({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const load = useImportDevices();
  const [csv, setCsv] = useState('');
  const [tenant, setTenant] = useState<number>();
  const lines = csv.split(/\r?\n/).filter((line) => line.trim()).length;
  const setText = (text: string): void => {
    setCsv(text);
    load.reset();
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        load.mutate(
          { csv, ...(tenant === undefined ? {} : { tenant }) },
          {
            onSuccess: ({ imported }) => {
              notifications.show({ message: t('stock.imported', { count: imported }), color: 'gray' });
              onClose();
            },
          },
        );
      }}
    >
      <Stack>
        <Text size="sm">{t('stock.importText')}</Text>
        <Faults error={load.error} />
        <Lines csv={csv} onCsv={setText} />
        <TenantSelect
          label={t('stock.forTenant')}
          placeholder={t('stock.intoStock')}
          value={tenant}
          onChange={setTenant}
        />
        <Group justify="space-between">
          <Text size="sm" c="dimmed" className="numbers">
            {t('stock.lines', { count: lines })}
          </Text>
          <Actions onCancel={onClose}>
            <Button type="submit" loading={load.isPending} disabled={lines === 0} data-testid="import-submit">
              {t('stock.submit')}
            </Button>
          </Actions>
        </Group>
      </Stack>
    </form>
  );
}

function Lines({ csv, onCsv }: { csv: string; onCsv: (csv: string) => void }) {
  const { t } = useTranslation();
  const [over, setOver] = useState(false);
  const [failed, setFailed] = useState(false);
  const read = (file: File | null | undefined): void => {
    if (!file) return;
    file.text().then(
      (text) => {
        setFailed(false);
        onCsv(text);
      },
      () => {
        setFailed(true);
      },
    );
  };
  return (
    <div>
      <Group gap="sm" mb="sm">
        <FileButton onChange={read} accept=".csv,.txt,text/csv,text/plain">
          {(button) => (
            <Button {...button} size="xs" variant="default" leftSection={<IconFileText size={16} />}>
              {t('stock.file')}
            </Button>
          )}
        </FileButton>
        <Text size="sm" c="dimmed" style={{ flex: 1 }}>
          {t('stock.fileOr')}
        </Text>
      </Group>
      <Textarea
        aria-label={t('stock.csv')}
        placeholder={'code,password,model,name\nOVS0001,k3f9-…,Dome 4,Front door'}
        autosize
        minRows={5}
        maxRows={12}
        spellCheck={false}
        autoCapitalize="none"
        error={failed ? t('stock.noFile') : undefined}
        classNames={{ input: classes.lines ?? '' }}
        data-testid="import-lines"
        data-over={over || undefined}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => {
          setOver(false);
        }}
        onDrop={(event) => {
          event.preventDefault();
          setOver(false);
          read(event.dataTransfer.files.item(0));
        }}
        value={csv}
        onChange={(event) => {
          onCsv(event.currentTarget.value);
        }}
      />
    </div>
  );
}

/** What is wrong, line by line where the cloud says so. */
function Faults({ error }: { error: unknown }) {
  const { t } = useTranslation();
  const lines = error instanceof ApiError ? error.lines : undefined;
  if (!lines?.length) return <Failure error={error} />;
  return (
    <Alert color="red" variant="light" role="alert" title={t('stock.badCsv')} data-testid="import-faults">
      <List size="sm" className={classes.faults} listStyleType="none">
        {lines.map(({ line, message }) => (
          <List.Item key={`${line} ${message}`}>
            <Text span size="sm" fw={600} className="numbers">
              {t('stock.line', { line })}
            </Text>{' '}
            {message}
          </List.Item>
        ))}
      </List>
    </Alert>
  );
}

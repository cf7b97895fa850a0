import { Button, Group, Stack } from '@mantine/core';
import { IconUpload } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useDevices } from '../api/devices';
import type { Device } from '../api/types';
import { Pages } from '../devices/Pages';
import { PAGE_SIZE } from '../devices/useDeviceFilter';
import { Loaded } from '../ui/Loaded';
import { PageHead } from '../ui/PageHead';
import { PresenceDot } from '../ui/PresenceDot';
import { NoRows, Row, Rows } from '../ui/Rows';
import { AssignDialog } from './AssignDialog';
import { ImportDialog } from './ImportDialog';

/** Devices that nobody holds yet. */
export function StockPage() {
  const { t } = useTranslation();
  const [page, setPage] = useState(1);
  const [importing, setImporting] = useState(false);
  const devices = useDevices({ query: '', presence: undefined, unassigned: true, page, pageSize: PAGE_SIZE });
  return (
    <Stack>
      <PageHead title={t('nav.stock')} text={t('stock.text')}>
        <Button
          leftSection={<IconUpload size={17} />}
          onClick={() => {
            setImporting(true);
          }}
          data-testid="import"
        >
          {t('stock.import')}
        </Button>
      </PageHead>
      <Loaded query={devices}>
        {({ items, total }) =>
          items.length === 0 ? (
            <NoRows>{t('stock.empty')}</NoRows>
          ) : (
            <>
              <Rows label={t('nav.stock')} testId="stock">
                {items.map((device) => (
                  <StockRow key={device.login_code} device={device} />
                ))}
              </Rows>
              <Pages total={total} page={page} onChange={setPage} />
            </>
          )
        }
      </Loaded>
      <ImportDialog
        opened={importing}
        onClose={() => {
          setImporting(false);
        }}
      />
    </Stack>
  );
}

function StockRow({ device }: { device: Device }) {
  const { t } = useTranslation();
  const [assigning, setAssigning] = useState(false);
  return (
    <Row
      testId="stocked"
      title={device.name || device.login_code}
      below={[device.login_code, device.hardware_model].filter(Boolean).join(' · ')}
      facts={[
        <Group key="presence" gap="md">
          <PresenceDot presence={device.presence} disabled={device.disabled} />
        </Group>,
      ]}
      actions={
        <>
          <Button
            size="xs"
            variant="default"
            onClick={() => {
              setAssigning(true);
            }}
            data-testid="assign"
          >
            {t('stock.assign')}
          </Button>
          <AssignDialog
            device={device}
            opened={assigning}
            onClose={() => {
              setAssigning(false);
            }}
          />
        </>
      }
    />
  );
}

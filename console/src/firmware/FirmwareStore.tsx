import { Button, Stack, Title } from '@mantine/core';
import { IconUpload } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFirmware } from '../api/firmware';
import type { Firmware } from '../api/types';
import { Loaded } from '../ui/Loaded';
import { PageHead } from '../ui/PageHead';
import { NoRows, Rows } from '../ui/Rows';
import { byModel } from './byModel';
import { FirmwareRow } from './FirmwareRow';
import { UploadDialog } from './UploadDialog';

/** The images of an organisation, or those of the platform that everybody may install. */
export function FirmwareStore({ tenant, text }: { tenant?: number; text: string }) {
  const { t } = useTranslation();
  const firmware = useFirmware(tenant === undefined ? {} : { tenant });
  const [adding, setAdding] = useState(false);
  return (
    <Stack>
      <PageHead title={t('nav.firmware')} text={text}>
        <Button
          leftSection={<IconUpload size={17} />}
          onClick={() => {
            setAdding(true);
          }}
          data-testid="add-firmware"
        >
          {t('firmware.add')}
        </Button>
      </PageHead>
      <Loaded query={firmware}>
        {({ items }) => {
          const own = items.filter((image) => image.tenant === tenant);
          const platforms = tenant === undefined ? [] : items.filter((image) => image.tenant === undefined);
          return (
            <>
              {own.length === 0 && <NoRows>{t('firmware.empty')}</NoRows>}
              <Models images={own} mayChange />
              {platforms.length > 0 && (
                <>
                  <Title order={3} fz="1rem" mt="sm">
                    {t('firmware.platforms')}
                  </Title>
                  <Models images={platforms} mayChange={false} />
                </>
              )}
              <UploadDialog
                {...(tenant === undefined ? {} : { tenant })}
                models={byModel(items).map(({ model }) => model)}
                opened={adding}
                onClose={() => {
                  setAdding(false);
                }}
              />
            </>
          );
        }}
      </Loaded>
    </Stack>
  );
}

function Models({ images, mayChange }: { images: Firmware[]; mayChange: boolean }) {
  return byModel(images).map(({ model, items }) => (
    <Stack key={model} gap={8} component="section" aria-label={model}>
      <Title order={4} fz="sm" fw={550} c="dimmed">
        {model}
      </Title>
      <Rows label={model} testId="firmware">
        {items.map((image) => (
          <FirmwareRow key={image.id} image={image} mayChange={mayChange} />
        ))}
      </Rows>
    </Stack>
  ));
}

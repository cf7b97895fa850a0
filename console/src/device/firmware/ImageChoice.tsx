import { Button, Group, Stack, Text, Title, Tooltip } from '@mantine/core';
import { IconAlertTriangle, IconWorldDownload } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { may, useMyTenants } from '../../api/currentTenant';
import { useFirmware } from '../../api/firmware';
import type { Device, Firmware } from '../../api/types';
import { ImageFacts } from '../../firmware/ImageFacts';
import { sortedFor } from '../../firmware/upgrades';
import { barredLook } from '../../ui/barred';
import { Loaded } from '../../ui/Loaded';
import { NoRows, Row, Rows } from '../../ui/Rows';
import { InstallDialog } from './InstallDialog';
import { UrlDialog } from './UrlDialog';

interface Props {
  device: Device;
  /** Why nothing can be installed now. */
  barred: string | undefined;
}

/** The images that the device can be given: those for its hardware first, others only when asked for. */
export function ImageChoice({ device, barred }: Props) {
  const { t } = useTranslation();
  const firmware = useFirmware(device.tenant === undefined ? {} : { tenant: device.tenant.id });
  const tenant = useMyTenants().find(({ id }) => id === device.tenant?.id);
  const [all, setAll] = useState(false);
  const [byUrl, setByUrl] = useState(false);
  return (
    <Stack gap="sm">
      <Group justify="space-between" gap="xs">
        <Title order={3} fz="1rem">
          {t('firmware.choose')}
        </Title>
        <Group gap="xs">
          {may('configure', tenant) && (
            <Button
              size="xs"
              variant="subtle"
              color="gray"
              component={Link}
              to={`/organisations/${tenant?.id ?? ''}/firmware`}
            >
              {t('firmware.toStore')}
            </Button>
          )}
          <Button
            size="xs"
            variant="default"
            leftSection={<IconWorldDownload size={15} />}
            disabled={barred !== undefined}
            onClick={() => {
              setByUrl(true);
            }}
          >
            {t('firmware.byUrl')}
          </Button>
        </Group>
      </Group>
      <Loaded query={firmware}>
        {({ items }) => {
          const { fitting, others } = sortedFor(device, items);
          return (
            <>
              {fitting.length > 0 ? (
                <Rows label={t('firmware.choose')} testId="images">
                  {fitting.map((image) => (
                    <ImageRow key={image.id} device={device} image={image} barred={barred} />
                  ))}
                </Rows>
              ) : (
                <NoRows>
                  {device.hardware_model
                    ? t('firmware.noneFor', { model: device.hardware_model })
                    : t('firmware.modelUnknown')}
                </NoRows>
              )}
              {others.length > 0 && (
                <div>
                  <Button
                    size="xs"
                    variant="subtle"
                    color="gray"
                    aria-expanded={all}
                    data-testid="other-models"
                    onClick={() => {
                      setAll(!all);
                    }}
                  >
                    {all ? t('firmware.hideOthers') : t('firmware.showOthers', { count: others.length })}
                  </Button>
                </div>
              )}
              {all && others.length > 0 && (
                <Rows label={t('firmware.others')} testId="other-images">
                  {others.map((image) => (
                    <ImageRow key={image.id} device={device} image={image} barred={barred} wrong />
                  ))}
                </Rows>
              )}
            </>
          );
        }}
      </Loaded>
      <UrlDialog
        device={device}
        opened={byUrl}
        onClose={() => {
          setByUrl(false);
        }}
      />
    </Stack>
  );
}

interface RowProps extends Props {
  image: Firmware;
  /** It is for other hardware. */
  wrong?: boolean;
}

function ImageRow({ device, image, barred, wrong = false }: RowProps) {
  const { t } = useTranslation();
  const [asking, setAsking] = useState(false);
  const present = image.firmware_model === device.firmware_model && !wrong;
  return (
    <Row
      testId="image"
      title={
        <Group gap={8} wrap="nowrap">
          <span>{wrong ? `${image.hardware_model} · ${image.firmware_model}` : image.firmware_model}</span>
          {wrong && <IconAlertTriangle size={16} color="light-dark(#a86400, #f5b74a)" aria-hidden="true" />}
          {present && (
            <Text component="span" size="xs" c="dimmed">
              {t('firmware.present')}
            </Text>
          )}
        </Group>
      }
      below={<ImageFacts image={image} />}
      facts={[
        image.notes && (
          <Text key="notes" size="sm" lineClamp={2} title={image.notes}>
            {image.notes}
          </Text>
        ),
      ]}
      actions={
        <>
          <Tooltip label={barred} disabled={barred === undefined}>
            <Button
              size="xs"
              variant={present || wrong ? 'default' : 'filled'}
              {...barredLook(barred)}
              data-testid="install"
              onClick={() => {
                if (barred === undefined) setAsking(true);
              }}
            >
              {t(present ? 'firmware.again' : 'firmware.install')}
            </Button>
          </Tooltip>
          <InstallDialog
            device={device}
            image={image}
            wrong={wrong}
            opened={asking}
            onClose={() => {
              setAsking(false);
            }}
          />
        </>
      }
    />
  );
}

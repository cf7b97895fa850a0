import { Button, Group, Stack, TextInput, Tooltip } from '@mantine/core';
import { IconFileDownload } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { refuses, UNKNOWN_CAPABILITIES, useCapabilities } from '../../api/capabilities';
import { useRequestLogs } from '../../api/deviceLogs';
import type { Device } from '../../api/types';
import { barredLook } from '../../ui/barred';
import { Failure } from '../../ui/Failure';
import { fromLocalInput, toLocalInput } from '../../ui/localTime';
import classes from './AskForLogs.module.css';
import { type Preset, PRESETS, rangeOf } from './ranges';

/** Chooses the time, and asks the device for its log of it. */
export function AskForLogs({ device }: { device: Device }) {
  const { t } = useTranslation();
  const ask = useRequestLogs(device.login_code);
  const capabilities = useCapabilities(device.login_code).data ?? UNKNOWN_CAPABILITIES;
  const [preset, setPreset] = useState<Preset | undefined>('hour');
  const [typed, setTyped] = useState(() => inputsOf('hour'));
  const from = fromLocalInput(typed.from);
  const to = fromLocalInput(typed.to);
  const backwards = from !== undefined && to !== undefined && from >= to;
  const barred =
    refuses(capabilities, 'LogUploadAsync') && refuses(capabilities, 'LogUpload')
      ? t('tabs.noMethod', { method: 'LogUpload' })
      : device.presence !== 'online'
        ? t('error.device_offline')
        : undefined;
  return (
    <form
      className={classes.frame}
      onSubmit={(event) => {
        event.preventDefault();
        if (barred !== undefined) return;
        // "The last hour" is the one before now, however long the page has been open.
        const range = preset === undefined ? typed : inputsOf(preset);
        setTyped(range);
        const asked = { from: fromLocalInput(range.from), to: fromLocalInput(range.to) };
        if (asked.from !== undefined && asked.to !== undefined && asked.from < asked.to) {
          ask.mutate({ from: asked.from, to: asked.to });
        }
      }}
    >
      <Stack gap="sm">
        <Group gap={6} role="group" aria-label={t('logs.presets')}>
          {PRESETS.map((choice) => (
            <Button
              key={choice}
              size="compact-sm"
              variant={choice === preset ? 'filled' : 'default'}
              aria-pressed={choice === preset}
              data-testid={`logs-${choice}`}
              onClick={() => {
                setPreset(choice);
                setTyped(inputsOf(choice));
              }}
            >
              {t(`logs.preset.${choice}`)}
            </Button>
          ))}
        </Group>
        <div className={classes.fields}>
          {(['from', 'to'] as const).map((name) => (
            <TextInput
              key={name}
              type="datetime-local"
              label={t(`audit.${name}`)}
              error={name === 'to' && backwards && t('logs.backwards')}
              data-testid={`logs-${name}`}
              value={typed[name]}
              onChange={(event) => {
                setPreset(undefined);
                setTyped({ ...typed, [name]: event.currentTarget.value });
              }}
            />
          ))}
          <Tooltip label={barred} disabled={barred === undefined}>
            <Button
              type="submit"
              className={classes.submit ?? ''}
              leftSection={<IconFileDownload size={17} />}
              loading={ask.isPending}
              {...barredLook(barred)}
              disabled={barred === undefined && (from === undefined || to === undefined || backwards)}
              data-testid="ask-logs"
            >
              {t('logs.ask')}
            </Button>
          </Tooltip>
        </div>
        <Failure error={ask.error} testId="logs-failure" />
      </Stack>
    </form>
  );
}

function inputsOf(preset: Preset): { from: string; to: string } {
  const { from, to } = rangeOf(preset, new Date());
  return { from: toLocalInput(from.toISOString()), to: toLocalInput(to.toISOString()) };
}

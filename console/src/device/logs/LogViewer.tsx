import { Button, Center, Loader, Modal, Stack, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { deviceLogUrl, useDeviceLog } from '../../api/deviceLogs';
import { useLogText } from '../../api/logText';
import type { Device } from '../../api/types';
import { bytesText } from '../../i18n/formats';
import { Failure } from '../../ui/Failure';
import { LogLines, type LogLinesHandle } from './LogLines';
import { LogText } from './logText';
import { LogToolbar } from './LogToolbar';
import classes from './LogViewer.module.css';
import { rangeText } from './ranges';
import type { Wanted } from './scan';
import { useScan } from './useScan';

interface Props {
  device: Device;
  id: number;
  onClose: () => void;
}

/** A log as large as the window: searched, coloured by how grave its lines are. */
export default function LogViewer({ device, id, onClose }: Props) {
  const { t, i18n } = useTranslation();
  const facts = useDeviceLog(device.login_code, id).data;
  const text = useLogText(device.login_code, id);
  const log = useMemo(() => (text.data === undefined ? undefined : new LogText(text.data)), [text.data]);
  const [wanted, setWanted] = useState<Wanted>({ needle: '', onlyMatches: false, level: 'all' });
  const [needle] = useDebouncedValue(wanted.needle, 150);
  const found = useScan(log, { ...wanted, needle });
  const lines = useRef<LogLinesHandle>(null);
  const { matches } = found;
  // Another search begins at its first find.
  const [place, setPlace] = useState({ matches, at: 0 });
  const at = place.matches === matches ? place.at : 0;
  const go = (to: number): void => {
    const wrapped = matches.length === 0 ? 0 : (to + matches.length) % matches.length;
    setPlace({ matches, at: wrapped });
    const row = matches[wrapped];
    if (row !== undefined) lines.current?.reveal(row);
  };
  useEffect(() => {
    const [first] = matches;
    if (first !== undefined) lines.current?.reveal(first);
  }, [matches]);
  const name = device.name || device.login_code;
  const range = facts && rangeText(i18n.language, new Date(facts.from), new Date(facts.to));

  return (
    <Modal.Root opened fullScreen onClose={onClose} transitionProps={{ duration: 120 }}>
      <Modal.Content radius={0} aria-label={t('logs.viewer', { name })} data-testid="log-viewer">
        <div className={classes.content}>
          <LogToolbar
            title={name}
            range={range}
            download={deviceLogUrl(device.login_code, id, true)}
            wanted={wanted}
            onWanted={(change) => {
              setWanted({ ...wanted, ...change });
            }}
            matches={matches.length}
            at={at}
            busy={found.busy}
            onGo={go}
            onClose={onClose}
          />
          {log ? (
            <LogLines ref={lines} log={log} shown={found.shown} needle={needle} current={matches[at]} />
          ) : (
            <Center className={classes.wait}>
              {text.error ? (
                <Stack>
                  <Failure error={text.error} />
                  <Button component="a" href={deviceLogUrl(device.login_code, id, true)} download variant="default">
                    {t('pictures.download')}
                  </Button>
                </Stack>
              ) : (
                <Stack align="center" gap="xs">
                  <Loader size="sm" color="gray" />
                  <Text size="sm" c="dimmed" className="numbers">
                    {facts?.bytes
                      ? `${bytesText(text.received)} / ${bytesText(facts.bytes)}`
                      : bytesText(text.received)}
                  </Text>
                </Stack>
              )}
            </Center>
          )}
        </div>
      </Modal.Content>
    </Modal.Root>
  );
}

import { ActionIcon, Alert, Button, Drawer, Group, SegmentedControl, Text } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { IconSend, IconX } from '@tabler/icons-react';
import { useDeferredValue, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { downloadText } from '../../ui/download';
import { Compose } from './Compose';
import { filtered, isFiltering, type MessageFilter, methodsIn, NO_FILTER } from './filter';
import { FilterBar } from './FilterBar';
import { type Message, partnerOf, readFile, writeMessage } from './message';
import { MessageDetail } from './MessageDetail';
import { MessageList } from './MessageList';
import classes from './ProtocolView.module.css';
import { useProtocol } from './useProtocol';

/** A saved file that was opened. */
interface Opened {
  name: string;
  messages: Message[];
  unreadable: number;
}

/** Everything that passes between a device and the cloud, and a way to send something of one's own. */
export function ProtocolView({ loginCode }: { loginCode: string }) {
  const { t } = useTranslation();
  const protocol = useProtocol(loginCode);
  const [filter, setFilter] = useState(NO_FILTER);
  const [opened, setOpened] = useState<Opened>();
  const [selectedKey, setSelectedKey] = useState<number>();
  const [side, setSide] = useState<'message' | 'send'>('send');
  const [drawer, setDrawer] = useState(false);
  const wide = useMediaQuery('(min-width: 75em)', true);
  const tall = useMediaQuery('(max-width: 47.99em)', false);

  const all = opened?.messages ?? protocol.log.messages;
  // Typing a search goes before drawing what it finds.
  const wanted = useDeferredValue(filter);
  const shown = useMemo(() => filtered(all, wanted), [all, wanted]);
  const methods = useMemo(() => methodsIn(all), [all]);
  const selected = all.find(({ key }) => key === selectedKey);

  const select = (message: Message): void => {
    setSelectedKey(message.key);
    setSide('message');
    if (!wide) setDrawer(true);
  };
  const open = (file: File): void => {
    void file.text().then((text) => {
      setOpened({ name: file.name, ...readFile(text) });
      setSelectedKey(undefined);
    });
  };
  const save = (): void => {
    const at = new Date().toISOString().replaceAll(':', '-').slice(0, 19);
    downloadText(`${loginCode}-${at}.jsonl`, shown.map((message) => `${writeMessage(message)}\n`).join(''));
  };

  const detail = selected && (
    <MessageDetail key={selected.key} message={selected} partner={partnerOf(all, selected)} onSelect={select} />
  );
  const pane =
    side === 'send' || !detail ? (
      side === 'send' ? (
        <Compose protocol={protocol} />
      ) : (
        <Text size="sm" c="dimmed">
          {t('protocol.choose')}
        </Text>
      )
    ) : (
      detail
    );

  return (
    <div
      className={classes.page}
      data-testid="protocol"
      data-state={protocol.state}
      data-connected={protocol.connected}
    >
      <Status
        protocol={protocol}
        opened={opened}
        onLive={() => {
          setOpened(undefined);
        }}
      />
      <FilterBar
        filter={filter}
        methods={methods}
        paused={protocol.log.paused}
        waiting={protocol.log.waiting}
        live={!opened}
        onFilter={(change: Partial<MessageFilter>) => {
          setFilter((before) => ({ ...before, ...change }));
        }}
        onPause={protocol.setPaused}
        onClear={() => {
          protocol.clear();
          setSelectedKey(undefined);
        }}
        onSave={save}
        onOpen={open}
      />
      <div className={classes.columns}>
        <MessageList
          messages={shown}
          selected={selectedKey}
          tall={tall}
          onSelect={select}
          empty={t(isFiltering(filter) && all.length > 0 ? 'protocol.nothingMatches' : 'protocol.nothingYet')}
        />
        {wide && (
          <aside className={classes.side}>
            <SegmentedControl
              fullWidth
              size="xs"
              aria-label={t('protocol.side')}
              value={side}
              onChange={(value) => {
                setSide(value === 'send' ? 'send' : 'message');
              }}
              data={[
                { value: 'message', label: t('protocol.message') },
                { value: 'send', label: t('protocol.send') },
              ]}
            />
            <div className={classes.pane}>{pane}</div>
          </aside>
        )}
      </div>
      {!wide && (
        <>
          <Button
            className={classes.compose ?? ''}
            leftSection={<IconSend size={16} />}
            onClick={() => {
              setSide('send');
              setDrawer(true);
            }}
          >
            {t('protocol.send')}
          </Button>
          <Drawer
            opened={drawer}
            onClose={() => {
              setDrawer(false);
            }}
            position={tall ? 'bottom' : 'right'}
            size={tall ? '85%' : 'lg'}
            title={t(side === 'send' ? 'protocol.send' : 'protocol.message')}
          >
            {pane}
          </Drawer>
        </>
      )}
    </div>
  );
}

interface StatusProps {
  protocol: ReturnType<typeof useProtocol>;
  opened: Opened | undefined;
  onLive: () => void;
}

/** Whether anything can be seen, and what. */
function Status({ protocol: { state, connected }, opened, onLive }: StatusProps) {
  const { t } = useTranslation();
  if (opened) {
    const { name, messages, unreadable } = opened;
    return (
      <Alert variant="light" color="gray" p="xs" data-testid="opened-file">
        <Group justify="space-between" wrap="nowrap">
          <Text size="sm">
            {t('protocol.opened', { name, count: messages.length })}
            {unreadable > 0 && ` ${t('protocol.unreadable', { count: unreadable })}`}
          </Text>
          <ActionIcon variant="subtle" color="gray" aria-label={t('protocol.backToLive')} onClick={onLive}>
            <IconX size={17} />
          </ActionIcon>
        </Group>
      </Alert>
    );
  }
  const word = state === 'open' ? (connected ? 'connected' : 'waiting') : state;
  return (
    <Group gap={8} wrap="nowrap" className={classes.status ?? ''} role="status" data-word={word}>
      <span className={classes.dot} data-word={word} aria-hidden="true" />
      <Text size="sm" c={word === 'connected' ? 'inherit' : 'dimmed'}>
        {t(`protocol.status.${word}`)}
      </Text>
    </Group>
  );
}

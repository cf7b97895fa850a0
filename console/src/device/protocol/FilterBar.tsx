import { ActionIcon, Button, FileButton, Group, SegmentedControl, Select, TextInput, Tooltip } from '@mantine/core';
import {
  IconDownload,
  IconFolderOpen,
  IconPlayerPause,
  IconPlayerPlay,
  IconSearch,
  IconTrash,
} from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { MessageFilter } from './filter';
import { KINDS } from './message';
import classes from './ProtocolView.module.css';

interface Props {
  filter: MessageFilter;
  methods: string[];
  paused: boolean;
  waiting: number;
  /** Of a saved file there is nothing to pause or clear. */
  live: boolean;
  onFilter: (change: Partial<MessageFilter>) => void;
  onPause: (paused: boolean) => void;
  onClear: () => void;
  onSave: () => void;
  onOpen: (file: File) => void;
}

/** What is shown of the messages, and what can be done with all of them. */
export function FilterBar({
  filter,
  methods,
  paused,
  waiting,
  live,
  onFilter,
  onPause,
  onClear,
  onSave,
  onOpen,
}: Props) {
  const { t } = useTranslation();
  return (
    <Group gap="xs" className={classes.bar ?? ''}>
      <TextInput
        size="xs"
        type="search"
        className={classes.search ?? ''}
        placeholder={t('protocol.search')}
        aria-label={t('protocol.search')}
        data-testid="message-search"
        spellCheck={false}
        leftSection={<IconSearch size={15} />}
        value={filter.search}
        onChange={(event) => {
          onFilter({ search: event.currentTarget.value });
        }}
      />
      <Select
        size="xs"
        className={classes.method ?? ''}
        placeholder={t('protocol.allMethods')}
        aria-label={t('protocol.method')}
        data-testid="filter-method"
        clearable
        searchable
        data={methods}
        value={filter.method}
        onChange={(method) => {
          onFilter({ method });
        }}
      />
      <Select
        size="xs"
        className={classes.small ?? ''}
        placeholder={t('protocol.allKinds')}
        aria-label={t('protocol.kind')}
        data-testid="filter-kind"
        clearable
        data={KINDS.map((kind) => ({ value: kind, label: t(`protocol.kinds.${kind}`) }))}
        value={filter.kind}
        onChange={(value) => {
          onFilter({ kind: KINDS.find((kind) => kind === value) ?? null });
        }}
      />
      <SegmentedControl
        size="xs"
        aria-label={t('protocol.direction')}
        value={filter.direction}
        onChange={(value) => {
          onFilter({ direction: value === 'up' || value === 'down' ? value : 'both' });
        }}
        data={[
          { value: 'both', label: t('protocol.both') },
          { value: 'up', label: '↑' },
          { value: 'down', label: '↓' },
        ]}
      />
      <SegmentedControl
        size="xs"
        aria-label={t('protocol.verdict')}
        value={filter.verdict}
        onChange={(value) => {
          onFilter({ verdict: value === 'found' || value === 'error' ? value : 'all' });
        }}
        data={[
          { value: 'all', label: t('protocol.verdictAll') },
          { value: 'found', label: t('protocol.verdictFound') },
          { value: 'error', label: t('protocol.verdictError') },
        ]}
      />
      <Group gap={4} wrap="nowrap" className={classes.tools ?? ''}>
        {live && (
          <>
            <Button
              size="xs"
              variant="default"
              leftSection={paused ? <IconPlayerPlay size={15} /> : <IconPlayerPause size={15} />}
              data-testid="pause"
              aria-pressed={paused}
              onClick={() => {
                onPause(!paused);
              }}
            >
              {paused ? t('protocol.resume', { count: waiting }) : t('protocol.pause')}
            </Button>
            <Tool label={t('protocol.clear')} testId="clear" onClick={onClear}>
              <IconTrash size={16} />
            </Tool>
          </>
        )}
        <Tool label={t('protocol.save')} testId="save" onClick={onSave}>
          <IconDownload size={16} />
        </Tool>
        <FileButton
          accept=".jsonl,.json,.txt,application/jsonl"
          onChange={(file) => {
            if (file) onOpen(file);
          }}
        >
          {(props) => (
            <Tool {...props} label={t('protocol.open')} testId="open">
              <IconFolderOpen size={16} />
            </Tool>
          )}
        </FileButton>
      </Group>
    </Group>
  );
}

interface ToolProps {
  label: string;
  testId: string;
  onClick: () => void;
  children: ReactNode;
}

function Tool({ label, testId, onClick, children }: ToolProps) {
  return (
    <Tooltip label={label}>
      <ActionIcon variant="default" size={30} aria-label={label} data-testid={testId} onClick={onClick}>
        {children}
      </ActionIcon>
    </Tooltip>
  );
}

import { ActionIcon, Checkbox, Group, SegmentedControl, Text, TextInput, Tooltip } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { IconChevronDown, IconChevronUp, IconDownload, IconSearch, IconX } from '@tabler/icons-react';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { SEARCH_FIELD_ID } from '../../app/shortcuts';
import classes from './LogViewer.module.css';
import type { Wanted } from './scan';

interface Props {
  title: string;
  range: string | undefined;
  /** Where the whole file is. */
  download: string;
  wanted: Wanted;
  onWanted: (change: Partial<Wanted>) => void;
  matches: number;
  /** Which of the matches is shown, from 0. */
  at: number;
  busy: boolean;
  onGo: (to: number) => void;
  onClose: () => void;
}

export function LogToolbar({ title, range, download, wanted, onWanted, matches, at, busy, onGo, onClose }: Props) {
  const { t } = useTranslation();
  const field = useRef<HTMLInputElement>(null);
  useHotkeys(
    [
      [
        'mod+F',
        () => {
          field.current?.focus();
          field.current?.select();
        },
      ],
    ],
    [],
  );
  const searched = wanted.needle !== '';
  return (
    <header className={classes.bar}>
      <div className={classes.title}>
        <Text fw={600} truncate>
          {title}
        </Text>
        <Text size="xs" c="dimmed" truncate>
          {range}
        </Text>
      </div>
      <div className={classes.tools}>
        <TextInput
          ref={field}
          id={SEARCH_FIELD_ID}
          size="xs"
          className={classes.search ?? ''}
          aria-label={t('logs.search')}
          placeholder={t('logs.search')}
          leftSection={<IconSearch size={15} aria-hidden="true" />}
          rightSectionWidth={72}
          rightSection={
            searched && (
              <Text size="xs" c="dimmed" className="numbers" role="status" data-testid="log-matches">
                {busy ? '…' : matches === 0 ? t('logs.noMatch') : `${at + 1} / ${matches}`}
              </Text>
            )
          }
          spellCheck={false}
          data-autofocus
          data-testid="log-search"
          value={wanted.needle}
          onChange={(event) => {
            onWanted({ needle: event.currentTarget.value });
          }}
          onKeyDown={(event) => {
            if (event.key !== 'Enter') return;
            event.preventDefault();
            onGo(event.shiftKey ? at - 1 : at + 1);
          }}
        />
        <Group gap={2} wrap="nowrap">
          <Tooltip label={t('logs.previous')}>
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={t('logs.previous')}
              disabled={matches === 0}
              onClick={() => {
                onGo(at - 1);
              }}
            >
              <IconChevronUp size={17} />
            </ActionIcon>
          </Tooltip>
          <Tooltip label={t('logs.next')}>
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={t('logs.next')}
              disabled={matches === 0}
              onClick={() => {
                onGo(at + 1);
              }}
            >
              <IconChevronDown size={17} />
            </ActionIcon>
          </Tooltip>
        </Group>
        <Checkbox
          size="xs"
          label={t('logs.onlyMatches')}
          checked={wanted.onlyMatches}
          onChange={(event) => {
            onWanted({ onlyMatches: event.currentTarget.checked });
          }}
        />
        <SegmentedControl
          size="xs"
          aria-label={t('logs.level')}
          value={wanted.level}
          onChange={(level) => {
            onWanted({ level });
          }}
          data={(['all', 'warning', 'error'] as const).map((value) => ({ value, label: t(`logs.levels.${value}`) }))}
        />
      </div>
      <Group gap={4} wrap="nowrap" className={classes.end ?? ''}>
        <Tooltip label={t('pictures.download')}>
          <ActionIcon
            component="a"
            href={download}
            download
            variant="subtle"
            color="gray"
            size={36}
            aria-label={t('pictures.download')}
          >
            <IconDownload size={18} />
          </ActionIcon>
        </Tooltip>
        <ActionIcon variant="subtle" color="gray" size={36} aria-label={t('app.close')} onClick={onClose}>
          <IconX size={19} />
        </ActionIcon>
      </Group>
    </header>
  );
}

import { CloseButton, Group, Kbd, SegmentedControl, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { useDeviceCount } from '../api/devices';
import type { DeviceFilter } from '../api/queries';
import { focusSearch, SEARCH_FIELD_ID } from '../app/shortcuts';
import classes from './DeviceSearch.module.css';
import { type FilterChange, PRESENCES } from './useDeviceFilter';

interface Props {
  filter: DeviceFilter;
  onChange: (change: FilterChange) => void;
}

export function DeviceSearch({ filter, onChange }: Props) {
  const { t } = useTranslation();
  const online = useDeviceCount(filter, 'online');
  return (
    <Group gap="sm" className={classes.bar}>
      <SearchField query={filter.query} onChange={onChange} />
      <SegmentedControl
        className={classes.presence}
        aria-label={t('devices.column.presence')}
        value={filter.presence ?? 'all'}
        onChange={(value) => {
          onChange({ presence: PRESENCES.find((p) => p === value) });
        }}
        data={[
          { value: 'all', label: t('devices.all') },
          ...PRESENCES.map((presence) => ({
            value: presence,
            label: (
              <span className={classes.option} data-testid={`filter-${presence}`}>
                {t(`presence.${presence}`)}
                {presence === 'online' && online !== undefined && (
                  <span className={classes.count}>{online.toLocaleString()}</span>
                )}
              </span>
            ),
          })),
        ]}
      />
    </Group>
  );
}

function SearchField({ query, onChange }: { query: string; onChange: Props['onChange'] }) {
  const { t } = useTranslation();
  useFocusParameter();
  const [text, setText] = useState(query);
  const [known, setKnown] = useState(query);
  // The address changed by other means ("back", "clear"): the field follows.
  if (known !== query) {
    setKnown(query);
    if (query !== text.trim()) setText(query);
  }
  const search = useDebouncedCallback((wanted: string) => {
    onChange({ query: wanted });
  }, 250);
  return (
    <TextInput
      id={SEARCH_FIELD_ID}
      className={classes.search}
      type="search"
      placeholder={t('devices.search')}
      aria-label={t('devices.search')}
      data-testid="search"
      leftSection={<IconSearch size={17} />}
      rightSection={
        text ? (
          <CloseButton
            size="sm"
            aria-label={t('devices.clear')}
            onClick={() => {
              setText('');
              onChange({ query: '' });
            }}
          />
        ) : (
          <Kbd className={classes.hint} aria-hidden="true">
            /
          </Kbd>
        )
      }
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value);
        search(event.currentTarget.value.trim());
      }}
    />
  );
}

/** The "/" shortcut leads to `?focus=search` from pages without a search field. */
function useFocusParameter(): void {
  const [params, setParams] = useSearchParams();
  const asked = params.get('focus') === 'search';
  useEffect(() => {
    if (!asked) return;
    focusSearch();
    setParams(
      (before) => {
        before.delete('focus');
        return before;
      },
      { replace: true },
    );
  }, [asked, setParams]);
}

import { Select, Stack } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { useCommands } from '../../api/commands';
import { itemsOf } from '../../api/pages';
import { useTabDevice } from '../../devices/useTabDevice';
import { Loaded } from '../../ui/Loaded';
import { Older } from '../../ui/Older';
import { PageHead } from '../../ui/PageHead';
import { NoRows } from '../../ui/Rows';
import { CommandTable } from './CommandTable';
import { METHODS } from './methods';

/** What the device was told, by whom, and what it answered. */
export default function CommandsTab() {
  const { t } = useTranslation();
  const device = useTabDevice();
  const [search, setSearch] = useSearchParams();
  const method = search.get('method') ?? undefined;
  const commands = useCommands(device.login_code, method);
  return (
    <Stack>
      <PageHead title={t('tabs.commands')} text={t('commands.text')}>
        <Select
          aria-label={t('commands.method')}
          placeholder={t('commands.anyMethod')}
          searchable
          clearable
          w={200}
          maxDropdownHeight={320}
          data-testid="commands-method"
          data={method === undefined || METHODS.includes(method) ? METHODS : [method, ...METHODS]}
          value={method ?? null}
          onChange={(wanted) => {
            setSearch(wanted ? { method: wanted } : {}, { replace: true });
          }}
        />
      </PageHead>
      <Loaded query={commands}>
        {(pages) => {
          const items = itemsOf(pages);
          if (items.length === 0) {
            return <NoRows>{t(method === undefined ? 'commands.empty' : 'commands.noMatch')}</NoRows>;
          }
          return (
            <>
              <CommandTable commands={items} stale={commands.isPlaceholderData} />
              <Older query={commands} testId="commands-older" />
            </>
          );
        }}
      </Loaded>
    </Stack>
  );
}

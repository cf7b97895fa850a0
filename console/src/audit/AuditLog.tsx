import { Button, Group, Stack, Text } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { type AuditFilter, auditCsvUrl, useAudit } from '../api/audit';
import { Loaded } from '../ui/Loaded';
import { PageHead } from '../ui/PageHead';
import { NoRows } from '../ui/Rows';
import { AuditFilters } from './AuditFilters';
import { AuditTable } from './AuditTable';
import { useAuditFilter } from './useAuditFilter';

/** Who did what from where, newest first. */
export function AuditLog({ tenant, text }: { tenant?: number; text: string }) {
  const { t } = useTranslation();
  const [wanted, setWanted] = useAuditFilter();
  const filter: AuditFilter = { ...wanted, ...(tenant === undefined ? {} : { tenant }) };
  const audit = useAudit(filter);
  return (
    <Stack>
      <PageHead title={t('nav.audit')} text={text}>
        <Button
          component="a"
          href={auditCsvUrl(filter)}
          download="audit.csv"
          variant="default"
          leftSection={<IconDownload size={17} />}
          data-testid="audit-csv"
        >
          {t('audit.export')}
        </Button>
      </PageHead>
      <AuditFilters filter={wanted} onChange={setWanted} />
      <Loaded query={audit}>
        {({ pages }) => {
          const entries = pages.flatMap((page) => page.items);
          if (entries.length === 0) return <NoRows>{t('audit.empty')}</NoRows>;
          return (
            <>
              <AuditTable entries={entries} withTenant={tenant === undefined} />
              <Group justify="center">
                {audit.hasNextPage ? (
                  <Button
                    variant="default"
                    loading={audit.isFetchingNextPage}
                    onClick={() => void audit.fetchNextPage()}
                    data-testid="audit-older"
                  >
                    {t('audit.older')}
                  </Button>
                ) : (
                  <Text size="sm" c="dimmed">
                    {t('audit.end')}
                  </Text>
                )}
              </Group>
            </>
          );
        }}
      </Loaded>
    </Stack>
  );
}

import { Group, Pagination, Text } from '@mantine/core';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { PAGE_SIZE } from './useDeviceFilter';

interface Props {
  total: number;
  page: number;
  onChange: (page: number) => void;
}

/** The way through many devices. */
export function Pages({ total, page, onChange }: Props) {
  const { t } = useTranslation();
  const pages = Math.ceil(total / PAGE_SIZE);
  // The page may lie behind the end after devices were deleted.
  useEffect(() => {
    if (pages > 0 && page > pages) onChange(pages);
  }, [pages, page, onChange]);
  if (pages <= 1) return null;
  const from = (page - 1) * PAGE_SIZE + 1;
  return (
    <Group justify="space-between">
      <Text size="sm" c="dimmed" className="numbers">
        {t('devices.range', { from, to: Math.min(from + PAGE_SIZE - 1, total), total: total.toLocaleString() })}
      </Text>
      <Pagination
        total={pages}
        value={page}
        siblings={1}
        boundaries={1}
        onChange={(next) => {
          onChange(next);
          globalThis.scrollTo({ top: 0 });
        }}
        aria-label={t('devices.pages')}
        getControlProps={(control) => ({ 'aria-label': t(control === 'next' ? 'devices.next' : 'devices.previous') })}
      />
    </Group>
  );
}

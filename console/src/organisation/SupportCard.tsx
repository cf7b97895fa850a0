import { Button, Group, Select, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSupportAccess } from '../api/tenants';
import type { MyTenant } from '../api/types';
import { dateText } from '../i18n/formats';
import { Card } from '../ui/Card';
import { Failure } from '../ui/Failure';
import { useNow } from '../ui/useNow';

const HOURS = [1, 4, 24, 72, 168] as const;

/** Whether those who run the cloud may see the organisation's pictures at the moment. */
export function SupportCard({ organisation }: { organisation: MyTenant }) {
  const { t, i18n } = useTranslation();
  const support = useSupportAccess(organisation.id);
  const [hours, setHours] = useState<number>(4);
  const now = useNow(30_000);
  const until = organisation.support_until ? new Date(organisation.support_until) : undefined;
  const open = until !== undefined && until > now;
  return (
    <Card title={t('settings.support')} text={t('settings.supportText')}>
      <Failure error={support.error} />
      {open ? (
        <Group justify="space-between" w="100%" gap="sm">
          <Text size="sm" fw={550} role="status" data-testid="support-open">
            {t('settings.supportUntil', { until: dateText(i18n.language, until) })}
          </Text>
          <Button
            variant="default"
            loading={support.isPending}
            onClick={() => {
              support.mutate(0);
            }}
            data-testid="support-end"
          >
            {t('settings.supportEnd')}
          </Button>
        </Group>
      ) : (
        <Group gap="sm" align="flex-end">
          <Select
            w={150}
            aria-label={t('settings.supportHours')}
            allowDeselect={false}
            value={String(hours)}
            onChange={(chosen) => {
              setHours(Number(chosen));
            }}
            data={HOURS.map((count) => ({ value: String(count), label: t('settings.hours', { hours: count }) }))}
          />
          <Button
            variant="default"
            loading={support.isPending}
            onClick={() => {
              support.mutate(hours);
            }}
            data-testid="support-begin"
          >
            {t('settings.supportBegin')}
          </Button>
        </Group>
      )}
    </Card>
  );
}

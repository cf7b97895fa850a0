import { Button, Group, Stack, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useApiKeys, useRevokeApiKey } from '../api/apiKeys';
import type { ApiKey } from '../api/types';
import { agoText, dateText } from '../i18n/formats';
import { ConfirmDialog } from '../ui/ConfirmDialog';
import { Loaded } from '../ui/Loaded';
import { PageHead } from '../ui/PageHead';
import { NoRows, Row, Rows } from '../ui/Rows';
import { useNow } from '../ui/useNow';
import { NewKeyDialog } from './NewKeyDialog';
import { useOrganisation } from './useOrganisation';

/** Keys by which programs act for the organisation. */
export function KeysPage() {
  const { t } = useTranslation();
  const organisation = useOrganisation();
  const keys = useApiKeys(organisation.id);
  const [adding, setAdding] = useState(false);
  return (
    <Stack>
      <PageHead title={t('nav.keys')} text={t('keys.text')}>
        <Button
          leftSection={<IconPlus size={17} />}
          onClick={() => {
            setAdding(true);
          }}
          data-testid="add-key"
        >
          {t('keys.add')}
        </Button>
      </PageHead>
      <Loaded query={keys}>
        {({ items }) =>
          items.length === 0 ? (
            <NoRows>{t('keys.empty')}</NoRows>
          ) : (
            <Rows label={t('nav.keys')} testId="keys">
              {items.map((key) => (
                <KeyRow key={key.id} tenant={organisation.id} apiKey={key} />
              ))}
            </Rows>
          )
        }
      </Loaded>
      <NewKeyDialog
        organisation={organisation}
        opened={adding}
        onClose={() => {
          setAdding(false);
        }}
      />
    </Stack>
  );
}

function KeyRow({ tenant, apiKey }: { tenant: number; apiKey: ApiKey }) {
  const { t, i18n } = useTranslation();
  const now = useNow(60_000);
  const revoke = useRevokeApiKey(tenant);
  const [asking, setAsking] = useState(false);
  const used = apiKey.last_used_at
    ? t('keys.used', { ago: agoText(i18n.language, new Date(apiKey.last_used_at), now) })
    : t('keys.neverUsed');
  return (
    <Row
      testId="key"
      title={apiKey.name}
      below={apiKey.scopes.map((scope) => t(`permission.${scope}`)).join(', ')}
      facts={[
        <Group key="facts" gap="xs">
          <span>{used}</span>
          <Expiry apiKey={apiKey} now={now} />
        </Group>,
      ]}
      actions={
        <>
          <Button
            size="xs"
            variant="default"
            onClick={() => {
              setAsking(true);
            }}
            data-testid="revoke-key"
          >
            {t('people.revoke')}
          </Button>
          <ConfirmDialog
            opened={asking}
            title={t('keys.revokeTitle', { name: apiKey.name })}
            text={t('keys.revokeText')}
            action={t('people.revoke')}
            pending={revoke.isPending}
            error={revoke.error}
            onConfirm={() => {
              revoke.mutate(apiKey.id, {
                onSuccess: () => {
                  setAsking(false);
                },
              });
            }}
            onClose={() => {
              setAsking(false);
            }}
          />
        </>
      }
    />
  );
}

function Expiry({ apiKey, now }: { apiKey: ApiKey; now: Date }) {
  const { t, i18n } = useTranslation();
  if (!apiKey.expires_at) {
    return (
      <Text size="sm" c="dimmed" component="span">
        {t('keys.noExpiry')}
      </Text>
    );
  }
  const at = new Date(apiKey.expires_at);
  const over = at <= now;
  return (
    <Text size="sm" c={over ? 'red' : 'dimmed'} component="span">
      {over ? t('keys.expired') : t('people.until', { until: dateText(i18n.language, at) })}
    </Text>
  );
}

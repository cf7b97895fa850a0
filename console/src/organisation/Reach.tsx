import { Text } from '@mantine/core';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import { useGroups } from '../api/groups';
import type { Standing } from '../api/people';
import type { Grant, Group } from '../api/types';
import { groupPath } from '../groups/tree';
import { dateText } from '../i18n/formats';

/** What of the organisation somebody reaches, in words. */
export function Reach({ tenant, standing }: { tenant: number; standing: Standing }) {
  const { t, i18n } = useTranslation();
  const groups = useGroups(tenant).data?.items ?? [];
  const lines = standing.grants.map((grant) => grantText(t, i18n.language, grant, groups));
  if (standing.everywhere) lines.unshift(t('people.everything'));
  if (lines.length === 0) {
    return (
      <Text size="sm" c="dimmed" component="span">
        {t('people.nothing')}
      </Text>
    );
  }
  return lines.map((line) => <div key={line}>{line}</div>);
}

function grantText(t: TFunction, language: string, grant: Grant, groups: Group[]): string {
  const what = grant.permissions.map((permission) => t(`permission.${permission}`)).join(', ');
  const day = (at: string): string => dateText(language, new Date(at));
  const window =
    grant.recordings_from || grant.recordings_to
      ? ` (${t('people.recordingsOf', {
          from: grant.recordings_from ? day(grant.recordings_from) : '…',
          to: grant.recordings_to ? day(grant.recordings_to) : '…',
        })})`
      : '';
  return `${targetText(t, grant, groups)}: ${what}${window}`;
}

export function targetText(t: TFunction, grant: Grant, groups: Group[]): string {
  if (grant.group_id != null) return groupPath(groups, grant.group_id) || t('people.aGroup', { id: grant.group_id });
  const device = grant.login_code ?? '';
  return grant.channel == null ? device : `${device} · ${t('device.channel', { number: grant.channel })}`;
}

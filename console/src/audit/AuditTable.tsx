import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { AuditEntry } from '../api/types';
import { regionalOf } from '../i18n/formats';
import classes from './AuditTable.module.css';

export function AuditTable({ entries, withTenant }: { entries: AuditEntry[]; withTenant: boolean }) {
  const { t } = useTranslation();
  return (
    <div className={classes.frame}>
      <table className={classes.table} data-testid="audit">
        <thead>
          <tr>
            <th scope="col">{t('audit.at')}</th>
            <th scope="col">{t('audit.actor')}</th>
            <th scope="col">{t('audit.action')}</th>
            <th scope="col">{t('audit.target')}</th>
            {withTenant && <th scope="col">{t('nav.organisation')}</th>}
            <th scope="col">{t('audit.address')}</th>
            <th scope="col">{t('audit.outcome')}</th>
          </tr>
        </thead>
        <tbody>
          {entries.map((entry) => (
            <Entry key={entry.id} entry={entry} withTenant={withTenant} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Entry({ entry, withTenant }: { entry: AuditEntry; withTenant: boolean }) {
  const { t, i18n } = useTranslation();
  const at = new Intl.DateTimeFormat(regionalOf(i18n.language), { dateStyle: 'short', timeStyle: 'medium' });
  return (
    <tr data-testid="audit-entry">
      <td className={classes.at} data-label={t('audit.at')}>
        <time dateTime={entry.at}>{at.format(new Date(entry.at))}</time>
      </td>
      <td data-label={t('audit.actor')}>
        <div>
          {entry.actor.name || t('audit.nobody')}
          {entry.actor.kind !== 'user' && (
            <Text size="xs" c="dimmed" component="span">
              {' '}
              {entry.actor.kind}
            </Text>
          )}
        </div>
      </td>
      <td data-label={t('audit.action')}>
        <code className={classes.code}>{entry.action}</code>
      </td>
      <td data-label={t('audit.target')} className={classes.wide}>
        <div>
          {entry.target}
          {entry.detail && (
            <Text size="xs" c="dimmed">
              {entry.detail}
            </Text>
          )}
        </div>
      </td>
      {withTenant && <td data-label={t('nav.organisation')}>{entry.tenant?.name ?? '–'}</td>}
      <td data-label={t('audit.address')} className={classes.code}>
        {entry.address}
      </td>
      <td data-label={t('audit.outcome')}>
        <span className={classes.outcome} data-outcome={entry.outcome}>
          {t(`audit.outcomes.${entry.outcome}`)}
        </span>
      </td>
    </tr>
  );
}

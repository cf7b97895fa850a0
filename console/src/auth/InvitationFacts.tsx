import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { InvitationLook } from '../api/types';
import { dateText } from '../i18n/formats';
import classes from './InvitationFacts.module.css';

/** Who invites, as what, and until when. */
export function InvitationFacts({ invitation }: { invitation: InvitationLook }) {
  const { t, i18n } = useTranslation();
  return (
    <div className={classes.frame} data-testid="invitation">
      <Text size="sm">
        {invitation.invited_by === undefined
          ? t('invite.byNobody', { tenant: invitation.tenant_name })
          : t('invite.by', { name: invitation.invited_by, tenant: invitation.tenant_name })}
      </Text>
      <Text size="sm">
        {t(`roles.${invitation.role}`)}
        <Text span c="dimmed" inherit>
          {' · '}
          {t(`roleHints.${invitation.role}`)}
        </Text>
      </Text>
      {invitation.note && (
        <Text size="sm" component="blockquote" className={classes.note}>
          {invitation.note}
        </Text>
      )}
      <Text size="xs" c="dimmed">
        {t('invite.until', { date: dateText(i18n.language, new Date(invitation.expires_at)) })}
      </Text>
    </div>
  );
}

import { Button, Stack, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useInvitations, useRevokeInvitation } from '../api/people';
import { dateText } from '../i18n/formats';
import { Failure } from '../ui/Failure';
import { Row, Rows } from '../ui/Rows';
import { Reach } from './Reach';

/** Links that nobody has used yet. */
export function PendingInvitations({ tenant }: { tenant: number }) {
  const { t, i18n } = useTranslation();
  const invitations = useInvitations(tenant).data?.items ?? [];
  const revoke = useRevokeInvitation(tenant);
  if (invitations.length === 0) return null;
  return (
    <Stack gap="sm" mt="md">
      <Title order={3} fz="1rem">
        {t('people.pending')}
      </Title>
      <Failure error={revoke.error} />
      <Rows label={t('people.pending')} testId="invitations">
        {invitations.map((invitation) => (
          <Row
            key={invitation.id}
            testId="invitation"
            title={invitation.note || t('people.noNote')}
            below={`${t(`roles.${invitation.role}`)} · ${t('people.until', {
              until: dateText(i18n.language, new Date(invitation.expires_at)),
            })}`}
            facts={[<Reach key="reach" tenant={tenant} standing={invitation} />]}
            actions={
              <Button
                size="xs"
                variant="default"
                loading={revoke.isPending && revoke.variables === invitation.id}
                onClick={() => {
                  revoke.mutate(invitation.id);
                }}
                data-testid="revoke-invitation"
              >
                {t('people.revoke')}
              </Button>
            }
          />
        ))}
      </Rows>
    </Stack>
  );
}

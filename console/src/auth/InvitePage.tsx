import { Anchor, Button, Stack } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useTranslation } from 'react-i18next';
import { Link, useLocation, useNavigate } from 'react-router';
import { useInvitation, useJoin } from '../api/links';
import { useLogout, useMe } from '../api/session';
import type { InvitationLook, Me } from '../api/types';
import { Failure } from '../ui/Failure';
import { AuthLoading, AuthPage } from './AuthPage';
import { BadLink } from './BadLink';
import { InvitationFacts } from './InvitationFacts';
import { InviteForm } from './InviteForm';
import { tokenIn, wayBackTo } from './ways';

/** `/invite#token`: joins an organisation, as somebody new or as who is logged in. */
export function InvitePage() {
  const { t } = useTranslation();
  const token = tokenIn(useLocation().hash);
  const me = useMe();
  const invitation = useInvitation(token);
  if (!token || invitation.isError) return <BadLink kind="invite" error={invitation.error} />;
  if (me.isPending || invitation.isPending) return <AuthLoading />;
  const { data } = invitation;
  return (
    <AuthPage title={t('invite.title', { tenant: data.tenant_name })}>
      <InvitationFacts invitation={data} />
      {me.data ? <Join token={token} invitation={data} me={me.data} /> : <Newcomer token={token} />}
    </AuthPage>
  );
}

function Newcomer({ token }: { token: string }) {
  const { t } = useTranslation();
  return (
    <>
      <InviteForm token={token} />
      <Anchor component={Link} to="/login" state={wayBackTo(`/invite#${token}`, 'invited')} size="sm" c="dimmed">
        {t('invite.haveAccount')}
      </Anchor>
    </>
  );
}

function Join({ token, invitation, me }: { token: string; invitation: InvitationLook; me: Me }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const join = useJoin(token);
  const logout = useLogout();
  return (
    <Stack gap="md">
      <Failure error={join.error} testId="invite-error" />
      <Button
        size="md"
        loading={join.isPending}
        data-testid="join"
        onClick={() => {
          join.mutate(undefined, {
            onSuccess: () => {
              notifications.show({ message: t('invite.joined', { tenant: invitation.tenant_name }), color: 'gray' });
              void navigate('/devices', { replace: true });
            },
          });
        }}
      >
        {t('invite.joinAs', { name: me.username })}
      </Button>
      <Anchor
        component="button"
        type="button"
        size="sm"
        c="dimmed"
        ta="start"
        onClick={() => {
          logout.mutate();
        }}
      >
        {t('invite.otherAccount')}
      </Anchor>
    </Stack>
  );
}

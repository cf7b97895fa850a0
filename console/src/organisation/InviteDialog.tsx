import { Button, Stack, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Standing, useInvite } from '../api/people';
import type { MyTenant } from '../api/types';
import { Actions, Dialog } from '../ui/Dialog';
import { Failure } from '../ui/Failure';
import { LinkOnce } from '../ui/LinkDialog';
import { StandingFields } from './StandingFields';
import { isComplete, toSend } from './standing';

interface Props {
  organisation: MyTenant;
  onClose: () => void;
}

/** Makes a link by which somebody joins the organisation. */
export function InviteDialog({ opened, ...props }: Props & { opened: boolean }) {
  const { t } = useTranslation();
  return (
    <Dialog opened={opened} onClose={props.onClose} title={t('people.invite')} size="lg" keepOnClickOutside>
      <Invite {...props} />
    </Dialog>
  );
}

function Invite({ organisation, onClose }: Props) {
  const { t } = useTranslation();
  const invite = useInvite(organisation.id);
  const [note, setNote] = useState('');
  const [standing, setStanding] = useState<Standing>({ role: 'viewer', everywhere: true, grants: [] });
  if (invite.data)
    return (
      <LinkOnce link={invite.data.link} expiresAt={invite.data.expires_at} testId="invitation-link" onClose={onClose} />
    );
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        invite.mutate({ ...toSend(standing), note: note.trim() });
      }}
    >
      <Stack>
        <Failure error={invite.error} />
        <TextInput
          label={t('people.note')}
          description={t('people.noteHint')}
          maxLength={200}
          data-autofocus
          data-testid="invite-note"
          value={note}
          onChange={(event) => {
            setNote(event.currentTarget.value);
          }}
        />
        <StandingFields organisation={organisation} value={standing} onChange={setStanding} />
        <Actions onCancel={onClose}>
          <Button type="submit" loading={invite.isPending} disabled={!isComplete(standing)} data-testid="invite-submit">
            {t('people.makeLink')}
          </Button>
        </Actions>
      </Stack>
    </form>
  );
}

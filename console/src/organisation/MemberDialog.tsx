import { Button, Stack } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Standing, useChangeMember } from '../api/people';
import type { Member, MyTenant } from '../api/types';
import { Actions, Dialog } from '../ui/Dialog';
import { Failure } from '../ui/Failure';
import { StandingFields } from './StandingFields';
import { isComplete, toSend } from './standing';

interface Props {
  organisation: MyTenant;
  member: Member;
  onClose: () => void;
}

/** Changes what a member is, and what he reaches. */
export function MemberDialog({ opened, ...props }: Props & { opened: boolean }) {
  return (
    <Dialog opened={opened} onClose={props.onClose} title={props.member.username} size="lg" keepOnClickOutside>
      <ChangeForm {...props} />
    </Dialog>
  );
}

function ChangeForm({ organisation, member, onClose }: Props) {
  const { t } = useTranslation();
  const change = useChangeMember(organisation.id, member.user_id);
  const [standing, setStanding] = useState<Standing>({
    role: member.role,
    everywhere: member.everywhere,
    grants: member.grants,
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        change.mutate(toSend(standing), { onSuccess: onClose });
      }}
    >
      <Stack>
        <Failure error={change.error} />
        <StandingFields organisation={organisation} value={standing} onChange={setStanding} />
        <Actions onCancel={onClose}>
          <Button type="submit" loading={change.isPending} disabled={!isComplete(standing)} data-testid="member-submit">
            {t('device.save')}
          </Button>
        </Actions>
      </Stack>
    </form>
  );
}

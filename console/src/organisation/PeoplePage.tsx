import { Button, Stack } from '@mantine/core';
import { IconUserPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMembers } from '../api/people';
import { Loaded } from '../ui/Loaded';
import { PageHead } from '../ui/PageHead';
import { Rows } from '../ui/Rows';
import { InviteDialog } from './InviteDialog';
import { MemberRow } from './MemberRow';
import { PendingInvitations } from './PendingInvitations';
import { useOrganisation } from './useOrganisation';

export function PeoplePage() {
  const { t, i18n } = useTranslation();
  const organisation = useOrganisation();
  const members = useMembers(organisation.id);
  const [inviting, setInviting] = useState(false);
  return (
    <Stack>
      <PageHead title={t('nav.people')} text={t('people.text')}>
        <Button
          leftSection={<IconUserPlus size={17} />}
          onClick={() => {
            setInviting(true);
          }}
          data-testid="invite"
        >
          {t('people.invite')}
        </Button>
      </PageHead>
      <Loaded query={members}>
        {({ items }) => (
          <Rows label={t('nav.people')} testId="members">
            {items
              .toSorted((a, b) => a.username.localeCompare(b.username, i18n.language))
              .map((member) => (
                <MemberRow key={member.user_id} organisation={organisation} member={member} />
              ))}
          </Rows>
        )}
      </Loaded>
      <PendingInvitations tenant={organisation.id} />
      <InviteDialog
        organisation={organisation}
        opened={inviting}
        onClose={() => {
          setInviting(false);
        }}
      />
    </Stack>
  );
}

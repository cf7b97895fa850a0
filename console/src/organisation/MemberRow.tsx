import { Badge, Group, Menu } from '@mantine/core';
import { IconAdjustments, IconKey, IconShieldCheck, IconUserMinus } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { may } from '../api/currentTenant';
import { useMemberResetLink, useRemoveMember } from '../api/people';
import { useMe } from '../api/session';
import type { Member, MyTenant } from '../api/types';
import { ConfirmDialog } from '../ui/ConfirmDialog';
import { LinkDialog } from '../ui/LinkDialog';
import { RowMenu } from '../ui/RowMenu';
import { Row } from '../ui/Rows';
import { MemberDialog } from './MemberDialog';
import { Reach } from './Reach';

export function MemberRow({ organisation, member }: { organisation: MyTenant; member: Member }) {
  const { t } = useTranslation();
  const myself = useMe().data?.username === member.username;
  return (
    <Row
      testId="member"
      title={
        <Group gap={8} wrap="nowrap">
          {member.username}
          {myself && (
            <Badge variant="light" color="gray" size="sm" tt="none">
              {t('people.you')}
            </Badge>
          )}
        </Group>
      }
      below={<Standings member={member} />}
      facts={[<Reach key="reach" tenant={organisation.id} standing={member} />]}
      actions={<MemberMenu organisation={organisation} member={member} myself={myself} />}
    />
  );
}

function Standings({ member }: { member: Member }) {
  const { t } = useTranslation();
  return (
    <Group gap={8} component="span">
      {t(`roles.${member.role}`)}
      {member.totp && (
        <Group gap={3} component="span">
          <IconShieldCheck size={14} aria-hidden="true" />
          {t('people.totp')}
        </Group>
      )}
      {member.disabled && (
        <Badge variant="light" color="red" size="xs" tt="none">
          {t('users.disabled')}
        </Badge>
      )}
    </Group>
  );
}

interface MenuProps {
  organisation: MyTenant;
  member: Member;
  myself: boolean;
}

function MemberMenu({ organisation, member, myself }: MenuProps) {
  const { t } = useTranslation();
  const [dialog, setDialog] = useState<'change' | 'reset' | 'remove'>();
  const remove = useRemoveMember(organisation.id, member.user_id);
  const reset = useMemberResetLink(organisation.id, member.user_id);
  const close = (): void => {
    setDialog(undefined);
    remove.reset();
    reset.reset();
  };
  const outranked = member.role === 'owner' && !may('manage_tenant', organisation);
  return (
    <>
      <RowMenu label={t('people.actions', { name: member.username })}>
        <Menu.Item
          disabled={outranked}
          leftSection={<IconAdjustments size={17} />}
          onClick={() => {
            setDialog('change');
          }}
        >
          {t('people.change')}
        </Menu.Item>
        <Menu.Item
          disabled={outranked || myself}
          leftSection={<IconKey size={17} />}
          onClick={() => {
            setDialog('reset');
          }}
        >
          {t('people.reset')}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item
          color="red"
          disabled={outranked}
          leftSection={<IconUserMinus size={17} />}
          onClick={() => {
            setDialog('remove');
          }}
        >
          {t(myself ? 'settings.leave' : 'people.remove')}
        </Menu.Item>
      </RowMenu>
      <MemberDialog organisation={organisation} member={member} opened={dialog === 'change'} onClose={close} />
      <LinkDialog
        opened={dialog === 'reset'}
        onClose={close}
        title={t('people.resetTitle', { name: member.username })}
        text={t('people.resetText')}
        action={t('people.resetAction')}
        making={reset}
      />
      <ConfirmDialog
        opened={dialog === 'remove'}
        title={t('people.removeTitle', { name: member.username, organisation: organisation.name })}
        text={t('people.removeText')}
        action={t(myself ? 'settings.leave' : 'people.remove')}
        pending={remove.isPending}
        error={remove.error}
        onConfirm={() => {
          remove.mutate(undefined, { onSuccess: close });
        }}
        onClose={close}
      />
    </>
  );
}

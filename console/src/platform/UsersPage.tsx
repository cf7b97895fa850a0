import { Badge, Group, Pagination, Stack, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useUsers } from '../api/users';
import type { PlatformUser } from '../api/types';
import { SEARCH_FIELD_ID } from '../app/shortcuts';
import { Loaded } from '../ui/Loaded';
import { PageHead } from '../ui/PageHead';
import { NoRows, Row, Rows } from '../ui/Rows';
import { UserMenu } from './UserMenu';

const PAGE_SIZE = 50;

/** Everybody who can log in. */
export function UsersPage() {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const [query] = useDebouncedValue(text.trim(), 250);
  const [page, setPage] = useState(1);
  const users = useUsers(query, page);
  const pages = Math.ceil((users.data?.total ?? 0) / PAGE_SIZE);
  return (
    <Stack>
      <PageHead title={t('nav.users')} text={t('users.text')} />
      <TextInput
        id={SEARCH_FIELD_ID}
        type="search"
        maw="26rem"
        placeholder={t('users.search')}
        aria-label={t('users.search')}
        leftSection={<IconSearch size={17} />}
        data-testid="user-search"
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value);
          setPage(1);
        }}
      />
      <Loaded query={users}>
        {({ items }) =>
          items.length === 0 ? (
            <NoRows>{t('users.none')}</NoRows>
          ) : (
            <Rows label={t('nav.users')} testId="users">
              {items.map((user) => (
                <UserRow key={user.id} user={user} />
              ))}
            </Rows>
          )
        }
      </Loaded>
      {pages > 1 && (
        <Pagination
          total={pages}
          value={page}
          onChange={setPage}
          aria-label={t('users.pages')}
          getControlProps={(control) => ({ 'aria-label': t(control === 'next' ? 'devices.next' : 'devices.previous') })}
        />
      )}
    </Stack>
  );
}

function UserRow({ user }: { user: PlatformUser }) {
  const { t } = useTranslation();
  const organisations = user.tenants.map(({ name, role }) => `${name} (${t(`roles.${role}`)})`).join(', ');
  return (
    <Row
      testId="user"
      title={user.username}
      below={
        <Group gap={8} component="span">
          {[user.platform_admin && t('users.admin'), user.totp && t('people.totp')].filter(Boolean).join(' · ')}
          {user.disabled && (
            <Badge variant="light" color="red" size="xs" tt="none">
              {t('users.disabled')}
            </Badge>
          )}
        </Group>
      }
      facts={[organisations || t('users.noOrganisation')]}
      actions={<UserMenu user={user} />}
    />
  );
}

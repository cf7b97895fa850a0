import {
  ActionIcon,
  Divider,
  Group,
  Popover,
  SegmentedControl,
  Text,
  UnstyledButton,
  useMantineColorScheme,
} from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconDeviceDesktop, IconKeyboard, IconLogout, IconMoon, IconSun, IconUser } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useLogout } from '../api/session';
import { type Language, LANGUAGES, setLanguage } from '../i18n/i18n';
import { openShortcutsHelp } from './shortcuts';
import classes from './UserMenu.module.css';

const SCHEMES = [
  { value: 'light', Icon: IconSun },
  { value: 'dark', Icon: IconMoon },
  { value: 'auto', Icon: IconDeviceDesktop },
] as const;

/** Who is logged in, how the console looks and speaks, and the way out. */
export function UserMenu({ username }: { username: string }) {
  const { t } = useTranslation();
  const logout = useLogout();
  const [opened, { toggle, close }] = useDisclosure();
  return (
    <Popover position="bottom-end" width={264} shadow="md" radius="md" opened={opened} onDismiss={close} trapFocus>
      <Popover.Target>
        <ActionIcon
          variant="transparent"
          size={36}
          aria-label={t('app.menu')}
          aria-haspopup="dialog"
          data-testid="user-menu"
          onClick={toggle}
        >
          <span className={classes.initial} aria-hidden="true">
            {username.slice(0, 1).toUpperCase()}
          </span>
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown p={8} aria-label={t('app.menu')}>
        <Text size="sm" c="dimmed" px={8} py={6} truncate>
          {t('app.signedInAs', { name: username })}
        </Text>
        <Appearance />
        <Divider my={6} />
        <UnstyledButton component={Link} to="/account" className={classes.item} data-testid="account" onClick={close}>
          <IconUser size={17} aria-hidden="true" />
          {t('account.title')}
        </UnstyledButton>
        <UnstyledButton
          className={classes.item}
          visibleFrom="sm"
          onClick={() => {
            close();
            openShortcutsHelp();
          }}
        >
          <IconKeyboard size={17} aria-hidden="true" />
          {t('app.shortcuts')}
        </UnstyledButton>
        <UnstyledButton
          className={classes.item}
          data-testid="log-out"
          onClick={() => {
            logout.mutate();
          }}
        >
          <IconLogout size={17} aria-hidden="true" />
          {t('app.logOut')}
        </UnstyledButton>
      </Popover.Dropdown>
    </Popover>
  );
}

/** Colour scheme and language. */
export function Appearance({ p = 8 }: { p?: number }) {
  const { t, i18n } = useTranslation();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <Group gap={8} p={p} grow preventGrowOverflow={false}>
      <SegmentedControl
        size="xs"
        fullWidth
        aria-label={t('app.theme')}
        value={colorScheme}
        onChange={(value) => {
          setColorScheme(value);
        }}
        data={SCHEMES.map(({ value, Icon }) => ({
          value,
          label: (
            <Group gap={6} justify="center" wrap="nowrap">
              <Icon size={15} aria-hidden="true" />
              {t(`app.themes.${value}`)}
            </Group>
          ),
        }))}
      />
      <SegmentedControl
        size="xs"
        fullWidth
        aria-label={t('app.language')}
        value={i18n.language}
        onChange={(value) => {
          setLanguage(value as Language);
        }}
        data={Object.entries(LANGUAGES).map(([value, label]) => ({ value, label }))}
      />
    </Group>
  );
}

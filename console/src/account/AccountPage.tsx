import { Stack, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useMe } from '../api/session';
import { Appearance } from '../app/UserMenu';
import { useTitle } from '../ui/useTitle';
import classes from './AccountPage.module.css';
import { MyTenants } from './MyTenants';
import { PasswordForm } from './PasswordForm';
import { Section } from './Section';
import { Sessions } from './Sessions';
import { TwoFactor } from './TwoFactor';

/** What everybody sets for himself. */
export function AccountPage() {
  const { t } = useTranslation();
  useTitle(t('account.title'));
  const me = useMe().data;
  if (!me) return null;
  return (
    <Stack gap="lg" className={classes.page}>
      <div>
        <Title order={1} lts="-0.02em">
          {t('account.title')}
        </Title>
        <Text c="dimmed" data-testid="my-name">
          {me.username}
          {me.platform_admin && ` · ${t('account.platformAdmin')}`}
        </Text>
      </div>
      <Section title={t('account.password')} hint={t('account.passwordHint')}>
        <PasswordForm username={me.username} />
      </Section>
      <Section title={t('totp.title')} hint={t('totp.hint')}>
        <TwoFactor me={me} />
      </Section>
      <Section title={t('sessions.title')} hint={t('sessions.hint')}>
        <Sessions />
      </Section>
      {me.tenants.length > 0 && (
        <Section title={t('account.tenants')} hint={t('account.tenantsHint')}>
          <MyTenants tenants={me.tenants} />
        </Section>
      )}
      <Section title={t('account.appearance')} hint={t('account.appearanceHint')}>
        <Appearance p={0} />
      </Section>
    </Stack>
  );
}

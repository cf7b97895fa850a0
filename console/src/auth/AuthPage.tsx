import { Center, Loader, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Appearance } from '../app/UserMenu';
import { Brand } from '../ui/Brand';
import { useTitle } from '../ui/useTitle';
import classes from './AuthPage.module.css';
import { LensArt } from './LensArt';

interface Props {
  title: string;
  /** What this page is for, in a sentence or two. */
  intro?: ReactNode;
  children: ReactNode;
}

/** The frame of the pages for people who are not logged in. */
export function AuthPage({ title, intro, children }: Props) {
  const { t } = useTranslation();
  useTitle(title);
  return (
    <div className={classes.page}>
      <aside className={classes.art} aria-hidden="true">
        <LensArt />
        <p className={classes.pitch}>{t('login.pitch')}</p>
      </aside>
      <main className={classes.side}>
        <div className={classes.brand}>
          <Brand />
        </div>
        <div className={classes.form}>
          <Stack gap="md">
            <Title order={1} fz="1.625rem" lts="-0.02em">
              {title}
            </Title>
            {intro && (
              <Text c="dimmed" component="div">
                {intro}
              </Text>
            )}
            {children}
          </Stack>
        </div>
        <div className={classes.appearance}>
          <Appearance p={0} />
        </div>
      </main>
    </div>
  );
}

export function AuthLoading() {
  return (
    <Center mih="100dvh">
      <Loader color="gray" size="sm" />
    </Center>
  );
}

import { Box, Button, Group, Stack, Text, TextInput, Title } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { Appearance } from '../app/UserMenu';
import { ProtocolView } from '../device/protocol/ProtocolView';
import { Brand } from '../ui/Brand';
import { CopyField } from '../ui/CopyField';
import { useTitle } from '../ui/useTitle';
import classes from './SimPage.module.css';

/** What is allowed in a login code. */
const CODE = /^[0-9A-Za-z_-]{1,64}$/;

/** The simulated cloud's only page: the messages of the login code in the address. */
export function SimPage() {
  const { t } = useTranslation();
  const [params] = useSearchParams();
  const code = params.get('login_code') ?? '';
  const good = CODE.test(code);
  useTitle(good ? code : t('sim.title'));
  return (
    <>
      <header className={classes.header}>
        <div className={classes.bar}>
          <Brand />
          <Text size="sm" c="dimmed" visibleFrom="sm">
            {t('sim.title')}
          </Text>
          <div className={classes.end}>
            <Appearance p={0} />
          </div>
        </div>
      </header>
      <Box component="main" className={classes.main}>
        {good ? <Room key={code} code={code} /> : <Choose />}
      </Box>
    </>
  );
}

function Room({ code }: { code: string }) {
  const { t } = useTranslation();
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
  const address = `${scheme}://${location.host}/ovc?login_code=${code}&login_passwd=`;
  return (
    <Stack gap="md">
      <Group justify="space-between" align="flex-end" gap="sm">
        <Title order={1} lts="-0.02em" data-testid="room-title">
          {code}
        </Title>
        <div className={classes.address}>
          <CopyField label={t('sim.address')} value={address} testId="device-address" />
        </div>
      </Group>
      <ProtocolView loginCode={code} />
    </Stack>
  );
}

function Choose() {
  const { t } = useTranslation();
  const [, setParams] = useSearchParams();
  const [code, setCode] = useState('');
  return (
    <form
      className={classes.choose}
      onSubmit={(event) => {
        event.preventDefault();
        if (CODE.test(code)) setParams({ login_code: code });
      }}
    >
      <Title order={1}>{t('sim.title')}</Title>
      <Text c="dimmed">{t('sim.intro')}</Text>
      <TextInput
        label={t('sim.code')}
        description={t('sim.codeHint')}
        value={code}
        spellCheck={false}
        autoCapitalize="none"
        data-autofocus
        onChange={(event) => {
          setCode(event.currentTarget.value.trim());
        }}
      />
      <Button type="submit" disabled={!CODE.test(code)}>
        {t('sim.open')}
      </Button>
    </form>
  );
}

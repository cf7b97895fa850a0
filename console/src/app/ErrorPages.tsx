import { Button, Center, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';

export function NotFoundPage() {
  const { t } = useTranslation();
  return (
    <Center mih="50vh">
      <Stack align="center">
        <Text>{t('app.notFound')}</Text>
        <Button component={Link} to="/devices" variant="default">
          {t('app.back')}
        </Button>
      </Stack>
    </Center>
  );
}

export function CrashedPage() {
  const { t } = useTranslation();
  return (
    <Center mih="100dvh">
      <Stack align="center">
        <Text>{t('app.crashed')}</Text>
        <Button
          onClick={() => {
            globalThis.location.reload();
          }}
        >
          {t('app.reload')}
        </Button>
      </Stack>
    </Center>
  );
}

import { Button, Group, Stack, TextInput, Title } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

interface Props {
  disabled: boolean;
  pending: boolean;
  onPlay: (url: string) => void;
}

/** Plays what lies at an address; the device fetches it itself. */
export function PlayUrl({ disabled, pending, onPlay }: Props) {
  const { t } = useTranslation();
  const [url, setUrl] = useState('');
  const [wrong, setWrong] = useState(false);
  return (
    <Stack gap="sm">
      <Title order={3} fz="1rem">
        {t('sounds.byUrl')}
      </Title>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const wanted = url.trim();
          if (isWebAddress(wanted)) onPlay(wanted);
          else setWrong(true);
        }}
      >
        <Group gap="sm" align="flex-start">
          <TextInput
            aria-label={t('sounds.url')}
            description={t('sounds.urlHint')}
            inputWrapperOrder={['input', 'error', 'description']}
            placeholder="https://example.org/chime.mp3"
            inputMode="url"
            autoComplete="off"
            spellCheck={false}
            style={{ flex: '1 1 16rem' }}
            error={wrong && t('sounds.urlWrong')}
            data-testid="sound-url"
            value={url}
            onChange={(event) => {
              setUrl(event.currentTarget.value);
              setWrong(false);
            }}
          />
          <Button type="submit" variant="default" loading={pending} disabled={disabled || !url.trim()}>
            {t('sounds.playUrl')}
          </Button>
        </Group>
      </form>
    </Stack>
  );
}

function isWebAddress(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

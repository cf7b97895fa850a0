import { Button, Group, Stack, Text } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { CopyButton } from '../ui/CopyField';
import { Actions } from '../ui/Dialog';
import { downloadText } from '../ui/download';
import { focusAtFirst } from '../ui/focus';
import classes from './RecoveryCodes.module.css';

/** The codes that let in who lost the app. Shown this once: who leaves says that they are kept. */
export function RecoveryCodes({ codes, onDone }: { codes: string[]; onDone: () => void }) {
  const { t } = useTranslation();
  const text = codes.join('\n');
  return (
    <Stack>
      <Text size="sm">{t('totp.codesText')}</Text>
      <ol className={classes.codes} data-testid="recovery-codes">
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ol>
      <Group gap="sm">
        <Button
          ref={focusAtFirst}
          variant="default"
          leftSection={<IconDownload size={17} />}
          onClick={() => {
            downloadText('ovs-recovery-codes.txt', `${t('totp.codesFile')}\n\n${text}\n`);
          }}
          data-testid="download-codes"
        >
          {t('totp.download')}
        </Button>
        <CopyButton label={t('totp.codesTitle')} value={text} />
      </Group>
      <Actions>
        <Button onClick={onDone} data-testid="codes-done">
          {t('totp.kept')}
        </Button>
      </Actions>
    </Stack>
  );
}

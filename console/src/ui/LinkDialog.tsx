import { Button, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { dateText } from '../i18n/formats';
import { Actions, Dialog } from './Dialog';
import { Failure } from './Failure';
import { OnceField } from './OnceField';

interface Making {
  data: { link: string; expires_at: string } | undefined;
  error: unknown;
  isPending: boolean;
  mutate: () => void;
}

interface Props {
  title: string;
  text: string;
  action: string;
  making: Making;
  onClose: () => void;
}

/** Makes a link for somebody else, and shows it once. */
export function LinkDialog({ opened, ...props }: Props & { opened: boolean }) {
  return (
    <Dialog opened={opened} onClose={props.onClose} title={props.title} keepOnClickOutside={!!props.making.data}>
      <MakeLink {...props} />
    </Dialog>
  );
}

function MakeLink({ text, action, making, onClose }: Props) {
  if (making.data) return <LinkOnce link={making.data.link} expiresAt={making.data.expires_at} onClose={onClose} />;
  return (
    <Stack>
      <Failure error={making.error} />
      <Text size="sm">{text}</Text>
      <Actions onCancel={onClose}>
        <Button
          loading={making.isPending}
          onClick={() => {
            making.mutate();
          }}
          data-autofocus
          data-testid="make-link"
        >
          {action}
        </Button>
      </Actions>
    </Stack>
  );
}

interface LinkProps {
  link: string;
  expiresAt?: string;
  testId?: string;
  onClose: () => void;
}

/** The link, with the word that it is shown only now. */
export function LinkOnce({ link, expiresAt, testId = 'link', onClose }: LinkProps) {
  const { t, i18n } = useTranslation();
  return (
    <Stack>
      <OnceField
        label={t('people.link')}
        value={link}
        note={
          expiresAt
            ? t('people.linkOnce', { until: dateText(i18n.language, new Date(expiresAt)) })
            : t('people.linkNote')
        }
        testId={testId}
      />
      <Actions>
        <Button onClick={onClose} data-testid="link-done">
          {t('add.done')}
        </Button>
      </Actions>
    </Stack>
  );
}

import { ActionIcon, Text, Tooltip } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { copyText } from './clipboard';
import classes from './CopyField.module.css';

interface Props {
  label: string;
  value: string;
  /** Long text over several lines, such as a command. */
  block?: boolean;
  testId?: string;
}

/** A value to be taken along: labelled, selectable, with a button that copies it. */
export function CopyField({ label, value, block = false, testId }: Props) {
  return (
    <div>
      <Text size="xs" c="dimmed" fw={500} mb={4}>
        {label}
      </Text>
      <div className={classes.field} data-block={block || undefined}>
        <code className={classes.value} data-testid={testId}>
          {value}
        </code>
        <CopyButton label={label} value={value} />
      </div>
    </div>
  );
}

export function CopyButton({ label, value }: { label: string; value: string }) {
  const { t } = useTranslation();
  const [outcome, setOutcome] = useState<'copied' | 'failed'>();
  useEffect(() => {
    if (!outcome) return;
    const timer = setTimeout(() => {
      setOutcome(undefined);
    }, 2000);
    return () => {
      clearTimeout(timer);
    };
  }, [outcome]);
  const text = outcome ? t(`copy.${outcome}`) : t('copy.copy', { what: label });
  return (
    <Tooltip label={text} {...(outcome ? { opened: true } : {})}>
      <ActionIcon
        variant="subtle"
        color="gray"
        aria-label={text}
        onClick={() => {
          void copyText(value).then((copied) => {
            setOutcome(copied ? 'copied' : 'failed');
          });
        }}
      >
        {outcome === 'copied' ? <IconCheck size={17} color="var(--ovs-online)" /> : <IconCopy size={17} />}
      </ActionIcon>
    </Tooltip>
  );
}

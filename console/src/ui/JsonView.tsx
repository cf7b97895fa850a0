import { Text } from '@mantine/core';
import { CopyButton } from './CopyField';
import classes from './JsonView.module.css';

/** A value as a person reads it. */
export function JsonView({ label, value, testId }: { label: string; value: unknown; testId?: string }) {
  // What was too long to be kept whole is the beginning of its text.
  const text = typeof value === 'string' ? value : JSON.stringify(value, null, 2);
  return (
    <div className={classes.frame}>
      <div className={classes.head}>
        <Text size="xs" c="dimmed" fw={500}>
          {label}
        </Text>
        <CopyButton label={label} value={text} />
      </div>
      <pre className={classes.text} data-testid={testId}>
        {text}
      </pre>
    </div>
  );
}

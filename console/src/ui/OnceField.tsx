import { Group, Stack, Text } from '@mantine/core';
import { IconEyeOff } from '@tabler/icons-react';
import { CopyField } from './CopyField';
import classes from './OnceField.module.css';

interface Props {
  label: string;
  value: string;
  /** That it is shown only now, and how long it is good for. */
  note: string;
  testId?: string;
}

/** A secret that is shown only this once, to be taken along. */
export function OnceField({ label, value, note, testId }: Props) {
  return (
    <Stack gap="sm">
      <CopyField block label={label} value={value} {...(testId ? { testId } : {})} />
      <Group gap={10} wrap="nowrap" align="flex-start" className={classes.note}>
        <IconEyeOff size={18} aria-hidden="true" />
        <Text size="sm">{note}</Text>
      </Group>
    </Stack>
  );
}

import { Group, Text } from '@mantine/core';

/** The mark: a lens with a live light in it. */
export function Mark({ size = 26 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <circle cx="16" cy="16" r="12.6" fill="none" stroke="currentColor" strokeWidth="3" />
      <circle cx="16" cy="16" r="5" fill="var(--mantine-color-signal-6)" />
    </svg>
  );
}

export function Brand() {
  return (
    <Group gap={9} wrap="nowrap">
      <Mark />
      <Text component="span" fw={650} fz="1.0625rem" lts="0.01em">
        OVS
      </Text>
    </Group>
  );
}

import { Group, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';

/** A page's name, what it is for, and what can be added on it. */
export function PageHead({ title, text, children }: { title: string; text?: string; children?: ReactNode }) {
  return (
    <Group justify="space-between" align="flex-start" mih={40} gap="sm">
      <div style={{ flex: '1 1 16rem', minWidth: 0 }}>
        <Title order={2} fz="1.25rem" lts="-0.015em">
          {title}
        </Title>
        {text && (
          <Text size="sm" c="dimmed" mt={2} maw="42rem">
            {text}
          </Text>
        )}
      </div>
      {children}
    </Group>
  );
}

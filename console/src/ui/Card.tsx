import { Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './Card.module.css';

/** One matter on a page of several. */
export function Card({ title, text, children }: { title: string; text?: string; children: ReactNode }) {
  return (
    <section className={classes.frame} aria-label={title}>
      <Stack gap="sm" align="flex-start">
        <div>
          <Title order={3} fz="1rem">
            {title}
          </Title>
          {text && (
            <Text size="sm" c="dimmed" mt={4}>
              {text}
            </Text>
          )}
        </div>
        {children}
      </Stack>
    </section>
  );
}

import { Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { TabStrip } from '../ui/TabStrip';
import classes from './Section.module.css';

interface Props {
  title: string;
  /** Above the title: which part of the console this is. */
  kind?: string;
  pages: { to: string; label: string }[];
  children: ReactNode;
}

/** Several pages under one heading, with the way between them. */
export function Section({ title, kind, pages, children }: Props) {
  return (
    <>
      {kind && (
        <Text size="sm" c="dimmed">
          {kind}
        </Text>
      )}
      <Title order={1} lts="-0.02em" className={classes.title} data-testid="section-title">
        {title}
      </Title>
      {pages.length > 1 && (
        <div className={classes.pages}>
          <TabStrip label={title} tabs={pages} />
        </div>
      )}
      <div className={classes.content}>{children}</div>
    </>
  );
}

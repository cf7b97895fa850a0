import { Text, Title } from '@mantine/core';
import { type ReactNode, useId } from 'react';
import classes from './Section.module.css';

interface Props {
  title: string;
  /** What it is good for. */
  hint: string;
  children: ReactNode;
}

/** One matter of the page: what it is about beside what there is to do. */
export function Section({ title, hint, children }: Props) {
  const id = useId();
  return (
    <section className={classes.section} aria-labelledby={id}>
      <div className={classes.about}>
        <Title order={2} id={id} fz="1rem">
          {title}
        </Title>
        <Text size="sm" c="dimmed">
          {hint}
        </Text>
      </div>
      <div className={classes.body}>{children}</div>
    </section>
  );
}

import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './Rows.module.css';

/** A list of things with some facts and a menu each. On narrow screens the facts stand below one another. */
export function Rows({ label, children, testId }: { label: string; children: ReactNode; testId?: string }) {
  return (
    <ul className={classes.frame} aria-label={label} data-testid={testId}>
      {children}
    </ul>
  );
}

interface RowProps {
  title: ReactNode;
  below?: ReactNode;
  /** Beside the title. */
  facts?: ReactNode[];
  /** Buttons at the end. */
  actions?: ReactNode;
  testId?: string;
}

export function Row({ title, below, facts = [], actions, testId }: RowProps) {
  return (
    <li className={classes.row} data-testid={testId}>
      <div className={classes.main}>
        <div className={classes.what}>
          <Text component="div" fw={550} truncate>
            {title}
          </Text>
          {below && (
            <Text component="div" size="xs" c="dimmed">
              {below}
            </Text>
          )}
        </div>
        {facts.map(
          (fact, at) =>
            fact && (
              <Text key={at} component="div" size="sm" className={classes.fact}>
                {fact}
              </Text>
            ),
        )}
      </div>
      {actions}
    </li>
  );
}

/** Stands where a list would be, and says why there is none. */
export function NoRows({ children }: { children: ReactNode }) {
  return <div className={classes.empty}>{children}</div>;
}

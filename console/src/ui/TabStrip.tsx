import { Tooltip } from '@mantine/core';
import { useEffect, useRef } from 'react';
import { NavLink, useLocation } from 'react-router';
import classes from './TabStrip.module.css';

export interface TabLink {
  to: string;
  label: string;
  /** The address itself only, not what lies below it. */
  end?: boolean;
  /** Why it cannot be opened: it is shown all the same, with this as its explanation. */
  disabled?: string | undefined;
  testId?: string;
}

/** The way between pages that belong together. Where there is no room for all of them, they scroll. */
export function TabStrip({ label, tabs }: { label: string; tabs: TabLink[] }) {
  const strip = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  useEffect(() => {
    const frame = strip.current;
    const current = frame?.querySelector<HTMLElement>('[aria-current="page"]');
    if (!frame || !current) return;
    // Only the strip: `scrollIntoView` would move the page, too.
    const middle = current.offsetLeft - frame.offsetLeft - (frame.clientWidth - current.offsetWidth) / 2;
    frame.scrollTo({ left: middle });
  }, [pathname]);
  return (
    <nav ref={strip} className={classes.strip} aria-label={label}>
      {tabs.map(({ to, label: text, end = false, disabled, testId }) =>
        disabled === undefined ? (
          <NavLink key={to} to={to} end={end} className={classes.tab ?? ''} data-testid={testId}>
            {text}
          </NavLink>
        ) : (
          <Tooltip key={to} label={disabled} multiline maw={280} events={{ hover: true, focus: true, touch: true }}>
            <span
              role="link"
              aria-disabled="true"
              aria-label={`${text}: ${disabled}`}
              // Reached by keyboard, too: the reason is worth reading.
              tabIndex={0}
              className={classes.tab}
              data-testid={testId}
            >
              {text}
            </span>
          </Tooltip>
        ),
      )}
    </nav>
  );
}

import classes from './Battery.module.css';

/** How full it is, as a person sees it on any phone. */
export function Battery({ percent }: { percent: number }) {
  return (
    <span className={classes.battery} data-testid="battery">
      <span className={classes.case} data-low={percent <= 15 || undefined} aria-hidden="true">
        <span className={classes.charge} style={{ width: `${Math.min(100, Math.max(0, percent))}%` }} />
      </span>
      <span className="numbers">{percent} %</span>
    </span>
  );
}

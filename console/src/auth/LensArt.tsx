import classes from './LensArt.module.css';

const RINGS = [46, 78, 112, 150, 194, 246, 308];

/** A lens drawn in rings, with the live light in its middle. */
export function LensArt() {
  return (
    <svg className={classes.lens} viewBox="-320 -320 640 640">
      {RINGS.map((radius, i) => (
        <circle key={radius} r={radius} className={classes.ring} opacity={0.85 - i * 0.11} />
      ))}
      <circle r="15" className={classes.light} />
      <circle r="15" className={classes.wave} />
    </svg>
  );
}

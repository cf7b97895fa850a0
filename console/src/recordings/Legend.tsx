import { useComputedColorScheme } from '@mantine/core';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { GAP_REASONS, type GapReason, type Timeline } from '../api/recordings';
import { durationText } from '../device/duration';
import { GAP_LOOKS, gapText, patternOf } from './gapLook';
import classes from './Legend.module.css';
import timeline from './Timeline.module.css';
import type { View } from './view';

interface Props {
  accounts: readonly (Timeline | undefined)[];
  view: View;
}

/** What the colours and patterns in view mean, and how long each lasts there. */
export function Legend({ accounts, view }: Props) {
  const { t, i18n } = useTranslation();
  const sums = sumsOf(accounts, view);
  const recorded = sums.get('footage') ?? 0;
  const alarmFootage = sums.get('alarm') ?? 0;
  const gaps = [...GAP_REASONS, 'other' as const].filter((reason) => (sums.get(reason) ?? 0) >= 1000);
  const alarms = accounts.some((account) =>
    account?.marks.some(({ kind, from, to }) => kind === 'alarm' && to > view.from && from < view.to),
  );
  const clips = accounts.some((account) =>
    account?.marks.some(({ kind, from, to }) => kind === 'clip' && to > view.from && from < view.to),
  );
  const length = (ms: number): string => durationText(i18n.language, ms / 1000);
  return (
    <ul
      className={`${classes.list ?? ''} ${timeline.colors ?? ''}`}
      aria-label={t('recordings.legend')}
      data-testid="legend"
    >
      <li className={classes.item} data-kind="footage" data-ms={Math.round(recorded)}>
        <span className={classes.swatch} style={{ background: 'var(--rec-footage)' }} />
        {t('recordings.recorded')} {length(recorded)}
      </li>
      {alarmFootage >= 1000 && (
        <li className={classes.item} data-kind="alarm-footage" data-ms={Math.round(alarmFootage)}>
          <span className={classes.swatch} style={{ background: 'var(--rec-alarm-footage)' }} />
          {t('recordings.alarmFootage')} {length(alarmFootage)}
        </li>
      )}
      {alarms && (
        <li className={classes.item}>
          <span className={classes.swatch} style={{ background: 'var(--rec-alarm)', width: 8 }} />
          {t('recordings.alarm')}
        </li>
      )}
      {clips && (
        <li className={classes.item}>
          <span className={classes.swatch} style={{ background: 'var(--rec-clip)', height: 5 }} />
          {t('recordings.lockedClip')}
        </li>
      )}
      {gaps.map((reason) => (
        <li key={reason} className={classes.item} data-kind={reason} data-ms={Math.round(sums.get(reason) ?? 0)}>
          <Swatch reason={reason} />
          {gapText(t, reason)} {length(sums.get(reason) ?? 0)}
        </li>
      ))}
    </ul>
  );
}

/** Of the time in view, the sum of each kind over all channels, ms; what is around alarms is among the footage, too. */
function sumsOf(accounts: Props['accounts'], view: View): Map<GapReason | 'footage' | 'alarm', number> {
  const sums = new Map<GapReason | 'footage' | 'alarm', number>();
  const add = (kind: GapReason | 'footage' | 'alarm', ms: number): void => {
    sums.set(kind, (sums.get(kind) ?? 0) + ms);
  };
  for (const account of accounts) {
    for (const { from, to, gap, alarm } of account?.ranges ?? []) {
      const ms = Math.min(to, view.to) - Math.max(from, view.from);
      if (ms <= 0) continue;
      add(gap ?? 'footage', ms);
      if (alarm) add('alarm', ms);
    }
  }
  return sums;
}

function Swatch({ reason }: { reason: GapReason }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const scheme = useComputedColorScheme();
  useEffect(() => {
    const paint = requestAnimationFrame(() => {
      const element = canvas.current;
      const pen = element?.getContext('2d');
      if (!element || !pen) return;
      const { pattern, color } = GAP_LOOKS[reason];
      pen.clearRect(0, 0, element.width, element.height);
      const fill = patternOf(pen, pattern, getComputedStyle(element).getPropertyValue(color).trim(), 1);
      if (!fill) return;
      pen.fillStyle = fill;
      pen.fillRect(0, 0, element.width, element.height);
    });
    return () => {
      cancelAnimationFrame(paint);
    };
  }, [reason, scheme]);
  return <canvas ref={canvas} width={18} height={11} className={classes.swatch} aria-hidden="true" />;
}

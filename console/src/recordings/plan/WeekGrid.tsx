import { type KeyboardEvent, type PointerEvent, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { regionalOf } from '../../i18n/formats';
import { isOn, paintedArea, shareOn, textOf, type Week } from './week';
import classes from './WeekGrid.module.css';

interface Props {
  week: Week;
  onChange: (week: Week) => void;
}

const CELL_MINUTES = 30;
const CELLS = (24 * 60) / CELL_MINUTES;
const DAYS = [0, 1, 2, 3, 4, 5, 6] as const;

interface Place {
  day: number;
  cell: number;
}

/** The hours of a week, painted with the mouse, a finger or the keys. */
export function WeekGrid({ week, onChange }: Props) {
  const { t, i18n } = useTranslation();
  const frame = useRef<HTMLDivElement>(null);
  const stroke = useRef<{ from: Place; on: boolean; base: Week } | undefined>(undefined);
  const [focused, setFocused] = useState<Place>({ day: 0, cell: 16 });
  const names = dayNames(regionalOf(i18n.language));

  const paint = (to: Place): void => {
    const { from, on, base } = stroke.current ?? { from: to, on: false, base: week };
    onChange(areaPainted(base, from, to, on));
  };
  const onPointerDown = (event: PointerEvent): void => {
    const place = placeOf(event.target);
    if (!place || event.button !== 0) return;
    // Fingers are captured by what they first touch: where they go then is looked up.
    (event.target as HTMLElement).releasePointerCapture(event.pointerId);
    stroke.current = { from: place, on: !isOn(week, place.day, place.cell * CELL_MINUTES), base: week };
    setFocused(place);
    paint(place);
  };
  const onPointerMove = (event: PointerEvent): void => {
    if (!stroke.current) return;
    if (event.buttons === 0) {
      stroke.current = undefined;
      return;
    }
    const place = placeOf(document.elementFromPoint(event.clientX, event.clientY));
    if (place) paint(place);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const place = placeOf(event.target);
    if (!place) return;
    if (event.key === ' ' || event.key === 'Enter') {
      event.preventDefault();
      const on = !isOn(week, place.day, place.cell * CELL_MINUTES);
      onChange(areaPainted(week, place, place, on));
      return;
    }
    const [right, down] = STEPS[event.key] ?? [0, 0];
    if (right === 0 && down === 0) return;
    event.preventDefault();
    const next = {
      day: Math.max(0, Math.min(6, place.day + down)),
      cell: Math.max(0, Math.min(CELLS - 1, place.cell + right)),
    };
    // With Shift the brush stays down.
    if (event.shiftKey) onChange(areaPainted(week, place, next, isOn(week, place.day, place.cell * CELL_MINUTES)));
    setFocused(next);
    frame.current?.querySelector<HTMLElement>(`[data-day="${next.day}"][data-cell="${next.cell}"]`)?.focus();
  };
  return (
    // The cells are buttons; the frame only hears of them together.
    // eslint-disable-next-line jsx-a11y/no-static-element-interactions
    <div
      ref={frame}
      className={classes.frame}
      data-testid="week-grid"
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={() => {
        stroke.current = undefined;
      }}
      onKeyDown={onKeyDown}
    >
      <span />
      <div className={classes.axis} aria-hidden="true">
        {[0, 6, 12, 18, 24].map((hour) => (
          <span key={hour} style={{ insetInlineStart: `${(hour / 24) * 100}%` }}>
            {textOf(hour * 60)}
          </span>
        ))}
      </div>
      {DAYS.map((day) => (
        <DayRow
          key={day}
          day={day}
          name={names[day] ?? ''}
          spans={week}
          focusedCell={focused.day === day ? focused.cell : undefined}
          onAll={() => {
            const whole = shareOn(week, day, 0, 24 * 60) === 1;
            onChange(paintedArea(week, [day], 0, 24 * 60, !whole));
          }}
          label={(cell, on) =>
            t(on ? 'plan.cellOn' : 'plan.cellOff', {
              day: names[day] ?? '',
              from: textOf(cell * CELL_MINUTES),
              to: textOf((cell + 1) * CELL_MINUTES),
            })
          }
        />
      ))}
    </div>
  );
}

const STEPS: Partial<Record<string, readonly [right: number, down: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

interface RowProps {
  day: number;
  name: string;
  spans: Week;
  focusedCell: number | undefined;
  onAll: () => void;
  label: (cell: number, on: boolean) => string;
}

function DayRow({ day, name, spans, focusedCell, onAll, label }: RowProps) {
  return (
    <>
      <button type="button" className={classes.day} onClick={onAll}>
        {name}
      </button>
      <div className={classes.row} role="group" aria-label={name}>
        {Array.from({ length: CELLS }, (_, cell) => {
          const share = shareOn(spans, day, cell * CELL_MINUTES, (cell + 1) * CELL_MINUTES);
          return (
            <button
              key={cell}
              type="button"
              className={classes.cell}
              data-day={day}
              data-cell={cell}
              data-on={share === 1 || undefined}
              data-part={(share > 0 && share < 1) || undefined}
              aria-pressed={share > 0}
              aria-label={label(cell, share > 0)}
              tabIndex={focusedCell === cell ? 0 : -1}
            />
          );
        })}
      </div>
    </>
  );
}

function areaPainted(week: Week, a: Place, b: Place, on: boolean): Week {
  const days = DAYS.filter((day) => day >= Math.min(a.day, b.day) && day <= Math.max(a.day, b.day));
  const from = Math.min(a.cell, b.cell) * CELL_MINUTES;
  const to = (Math.max(a.cell, b.cell) + 1) * CELL_MINUTES;
  return paintedArea(week, days, from, to, on);
}

function placeOf(target: EventTarget | null): Place | undefined {
  if (!(target instanceof HTMLElement)) return undefined;
  const { day, cell } = target.dataset;
  return day === undefined || cell === undefined ? undefined : { day: Number(day), cell: Number(cell) };
}

/** Monday first: the week of the schedule is no calendar. */
function dayNames(region: string): string[] {
  const format = new Intl.DateTimeFormat(region, { weekday: 'short', timeZone: 'UTC' });
  return DAYS.map((day) => format.format(Date.UTC(2026, 10, 30 + day)));
}

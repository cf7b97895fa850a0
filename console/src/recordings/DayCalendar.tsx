import { ActionIcon } from '@mantine/core';
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import { type KeyboardEvent, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type ChannelRef, cloudNow, type RecordedDay, useRecordedDays } from '../api/recordings';
import { durationText } from '../device/duration';
import { regionalOf } from '../i18n/formats';
import {
  dayAfter,
  dayNameAt,
  firstDayOf,
  isSameMonth,
  type Month,
  monthAfter,
  monthOf,
  sheetOf,
  startOf,
} from './calendar';
import classes from './DayCalendar.module.css';

interface Props {
  channel: ChannelRef;
  /** "2026-11-29". */
  chosen: string;
  onChoose: (day: string) => void;
}

/** A month, and on which of its days there is footage. */
export function DayCalendar({ channel, chosen, onChoose }: Props) {
  const { t, i18n } = useTranslation();
  const region = regionalOf(i18n.language);
  const [turned, setTurned] = useState<{ month: Month; from: string }>();
  // Turning the leaves lasts until another day is chosen elsewhere.
  const month = turned && turned.from === chosen ? turned.month : monthOf(chosen);
  const sheet = useMemo(() => sheetOf(month, firstDayOf(region)), [month, region]);
  const days = useDays(channel, sheet[0]?.[0]?.day ?? chosen, sheet.at(-1)?.at(-1)?.day ?? chosen);
  const today = dayNameAt(cloudNow());
  const table = useRef<HTMLTableElement>(null);
  const turn = (by: number): void => {
    setTurned({ month: monthAfter(month, by), from: chosen });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const steps: Partial<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };
    const step = steps[event.key];
    const focused = (event.target as HTMLElement).dataset['day'];
    if (step === undefined || !focused) return;
    event.preventDefault();
    table.current?.querySelector<HTMLElement>(`[data-day="${dayAfter(focused, step)}"]`)?.focus();
  };
  const title = new Intl.DateTimeFormat(region, { month: 'long', year: 'numeric' });
  const weekday = new Intl.DateTimeFormat(region, { weekday: 'narrow' });
  const longWeekday = new Intl.DateTimeFormat(region, { weekday: 'long' });
  return (
    <section className={classes.frame} aria-label={t('recordings.days')} data-testid="day-calendar">
      <div className={classes.head}>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={t('recordings.previousMonth')}
          onClick={() => {
            turn(-1);
          }}
        >
          <IconChevronLeft size={17} />
        </ActionIcon>
        <span className={classes.title} aria-live="polite">
          {title.format(new Date(month.year, month.month - 1, 1, 12))}
        </span>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={t('recordings.nextMonth')}
          disabled={isSameMonth(month, monthOf(today))}
          onClick={() => {
            turn(1);
          }}
        >
          <IconChevronRight size={17} />
        </ActionIcon>
      </div>
      {/* The arrow keys go from day to day. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
      <table ref={table} className={classes.sheet} onKeyDown={onKeyDown}>
        <thead>
          <tr>
            {sheet[0]?.map(({ day }) => (
              <th key={day} scope="col" abbr={longWeekday.format(startOf(day))}>
                {weekday.format(startOf(day) + 12 * 3_600_000)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {sheet.map((week) => (
            <tr key={week[0]?.day}>
              {week.map(({ day, number, outside }) => (
                <td key={day}>
                  <Day
                    day={day}
                    number={number}
                    outside={outside}
                    known={days.get(day)}
                    today={day === today}
                    ahead={day > today}
                    chosen={day === chosen}
                    onChoose={onChoose}
                  />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function useDays(channel: ChannelRef, from: string, to: string): ReadonlyMap<string, RecordedDay> {
  const { data } = useRecordedDays(channel, from, to, Intl.DateTimeFormat().resolvedOptions().timeZone);
  return useMemo(() => new Map(data?.map((day) => [day.day, day])), [data]);
}

interface DayProps {
  day: string;
  number: number;
  outside: boolean;
  known: RecordedDay | undefined;
  today: boolean;
  ahead: boolean;
  chosen: boolean;
  onChoose: (day: string) => void;
}

function Day({ day, number, outside, known, today, ahead, chosen, onChoose }: DayProps) {
  const { t, i18n } = useTranslation();
  const date = new Intl.DateTimeFormat(regionalOf(i18n.language), { dateStyle: 'full' }).format(
    startOf(day) + 12 * 3_600_000,
  );
  const recorded = known && known.recordedMs > 0;
  const facts = [
    date,
    recorded
      ? t('recordings.dayRecorded', { duration: durationText(i18n.language, known.recordedMs / 1000) })
      : t('recordings.dayEmpty'),
    ...(known && known.alarms > 0 ? [t('recordings.dayAlarms', { count: known.alarms })] : []),
  ].join(', ');
  return (
    <button
      type="button"
      className={classes.day}
      disabled={ahead}
      data-day={day}
      data-outside={outside || undefined}
      data-recorded={recorded || undefined}
      data-today={today || undefined}
      data-chosen={chosen || undefined}
      aria-label={facts}
      aria-current={today ? 'date' : undefined}
      aria-pressed={chosen}
      title={facts}
      // One stop for the Tab key.
      tabIndex={chosen ? 0 : -1}
      onClick={() => {
        onChoose(day);
      }}
    >
      {number}
      {recorded && (
        <span className={classes.share} aria-hidden="true">
          <span style={{ width: `${Math.max(8, Math.min(100, (known.recordedMs / 86_400_000) * 100)).toFixed(0)}%` }} />
        </span>
      )}
      {known !== undefined && known.alarms > 0 && <span className={classes.alarms} aria-hidden="true" />}
    </button>
  );
}

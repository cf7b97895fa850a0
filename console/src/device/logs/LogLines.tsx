import { memo, type Ref, useEffect, useImperativeHandle, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { levelOf, type LogText, SHOWN_LENGTH } from './logText';
import classes from './LogViewer.module.css';
import { ROW_PX, rowWindow, scrollTopOf } from './rowWindow';
import { needlePattern } from './scan';

export interface LogLinesHandle {
  /** Brings a row into the middle, if it is not in view. */
  reveal: (row: number) => void;
}

interface Props {
  ref: Ref<LogLinesHandle>;
  log: LogText;
  /** The lines shown; undefined: all. */
  shown: number[] | undefined;
  needle: string;
  /** The row of the find that is looked at. */
  current: number | undefined;
}

/** Only the lines in view are drawn: a log may have hundreds of thousands. */
export function LogLines({ ref, log, shown, needle, current }: Props) {
  const { t } = useTranslation();
  const frame = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 800 });
  const rows = shown?.length ?? log.lines;

  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    const read = (): void => {
      setView({ top: element.scrollTop, height: element.clientHeight });
    };
    read();
    const sizes = new ResizeObserver(read);
    sizes.observe(element);
    element.addEventListener('scroll', read, { passive: true });
    return () => {
      sizes.disconnect();
      element.removeEventListener('scroll', read);
    };
  }, []);

  useImperativeHandle(
    ref,
    () => ({
      reveal: (row) => {
        const element = frame.current;
        if (!element) return;
        const { first, count, top } = rowWindow(rows, element.scrollTop, element.clientHeight);
        const y = top + (row - first) * ROW_PX - element.scrollTop;
        const inView = row >= first && row < first + count && y >= 0 && y <= element.clientHeight - ROW_PX;
        if (!inView) element.scrollTo({ top: scrollTopOf(row, rows, element.clientHeight) });
      },
    }),
    [rows],
  );

  const { height, first, count, top } = rowWindow(rows, view.top, view.height);
  const digits = String(log.lines).length;
  return (
    <div
      ref={frame}
      className={classes.lines}
      role="region"
      aria-label={t('logs.lines')}
      // Keys scroll it once it has the focus.
      // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      data-testid="log-lines"
      data-rows={rows}
    >
      <div
        className={classes.whole}
        style={{ height, minWidth: `calc(${Math.min(log.longest, SHOWN_LENGTH) + digits}ch + 3rem)` }}
      >
        <div className={classes.window} style={{ transform: `translateY(${top}px)` }}>
          {Array.from({ length: count }, (_, offset) => {
            const row = first + offset;
            const index = shown ? (shown[row] ?? 0) : row;
            return (
              <Line
                key={row}
                number={index + 1}
                digits={digits}
                text={log.line(index)}
                needle={needle}
                current={row === current}
              />
            );
          })}
        </div>
      </div>
    </div>
  );
}

interface LineProps {
  number: number;
  digits: number;
  text: string;
  needle: string;
  current: boolean;
}

const Line = memo(function Line({ number, digits, text, needle, current }: LineProps) {
  const shown = text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}…` : text;
  return (
    <div
      className={classes.line}
      data-level={levelOf(text)}
      data-current={current || undefined}
      style={{ height: ROW_PX }}
    >
      <span className={classes.number} style={{ width: `${digits}ch` }} aria-hidden="true">
        {number}
      </span>
      <span className={classes.text}>{needle ? marked(shown, needle) : shown}</span>
    </div>
  );
});

/** The text with what is looked for brought out. */
function marked(text: string, needle: string) {
  const pattern = needlePattern(needle, 'gi');
  if (!pattern) return text;
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(pattern)) {
    parts.push(text.slice(end, match.index), <mark key={match.index}>{match[0]}</mark>);
    end = match.index + match[0].length;
  }
  parts.push(text.slice(end));
  return parts;
}

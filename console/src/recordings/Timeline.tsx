import { useComputedColorScheme } from '@mantine/core';
import { useElementSize, useMergedRef } from '@mantine/hooks';
import type { TFunction } from 'i18next';
import {
  type CSSProperties,
  type KeyboardEvent,
  type PointerEvent,
  type ReactNode,
  type RefObject,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { useTranslation } from 'react-i18next';
import { knownType } from '../alarms/alarmTypes';
import { type ChannelRef, cloudNow, fetchFrame, type Timeline as Account, type TimelineMark } from '../api/recordings';
import { durationText } from '../device/duration';
import { regionalOf } from '../i18n/formats';
import { type Drawing, draw, LANE_GAP, paletteOf, RULER } from './drawTimeline';
import { FrameShow } from './frameShow';
import { gapText } from './gapLook';
import type { PlaybackSession } from './playbackSession';
import { rangeAt } from './ranges';
import type { Tick } from './ticks';
import classes from './Timeline.module.css';
import { kept, moved, spanOf, timeAt, type View, xOf, zoomed } from './view';

export interface Lane {
  key: string;
  /** Said where there are several. */
  label: string;
  account: Account | undefined;
  /** Whose pictures are shown while hovering; undefined: none are. */
  frames: ChannelRef | undefined;
}

interface Props {
  lanes: readonly Lane[];
  view: View;
  onView: (change: (view: View) => View) => void;
  session: PlaybackSession;
  /** A piece that is chosen, with handles. */
  selection?: { from: number; to: number } | undefined;
  onSelection?: ((selection: { from: number; to: number }) => void) | undefined;
  /** Nothing outside can be gone to. */
  limits?: { from: number; to: number } | undefined;
  label: string;
}

const ONE_LANE = 46;
const FEW_LANES = 24;
const MANY_LANES = 17;
/** How high a timeline of so many lanes is, px. */
export function timelineHeight(lanes: number): number {
  return RULER + lanes * (laneHeightOf(lanes) + LANE_GAP);
}

function laneHeightOf(lanes: number): number {
  return lanes === 1 ? ONE_LANE : lanes <= 4 ? FEW_LANES : MANY_LANES;
}

/** A mark this near counts as pointed at, px. */
const NEAR = 4;

interface Pointed {
  x: number;
  lane: number;
}

/** Time from left to right, what was recorded of it, and where the player is. Drag to seek, wheel or pinch to zoom. */
export function Timeline({ lanes, view, onView, session, selection, onSelection, limits, label }: Props) {
  const { i18n } = useTranslation();
  const { ref: sizeRef, width } = useElementSize();
  const area = useRef<HTMLDivElement>(null);
  const mergedRef = useMergedRef(sizeRef, area);
  const canvas = useRef<HTMLCanvasElement>(null);
  const head = useRef<HTMLDivElement>(null);
  const [pointed, setPointed] = useState<Pointed>();
  const laneHeight = laneHeightOf(lanes.length);
  const height = timelineHeight(lanes.length);
  const gestures = useGestures({ view, onView, session, width, limits, onPoint: setPointed, laneHeight });
  useDrawing(canvas, { lanes, view, width, laneHeight, height, selection });
  usePlayhead(head, session, view, width);
  useWheel(area, onView, width);

  const shown = pointed && width > 0 ? pointed : undefined;
  return (
    <div className={`${classes.frame ?? ''} ${classes.colors ?? ''}`} data-testid="timeline">
      <TimeSlider session={session} view={view} onView={onView} label={label} limits={limits}>
        <div
          ref={mergedRef}
          className={classes.area}
          data-part={shown?.lane === -1 ? 'ruler' : 'lanes'}
          style={{ height }}
          {...gestures}
        >
          <canvas ref={canvas} className={classes.canvas} style={{ height }} aria-hidden="true" />
          {lanes.length > 1 && (
            <div className={classes.labels}>
              {lanes.map((lane, at) => (
                <span
                  key={lane.key}
                  className={classes.label}
                  style={{ top: at * (laneHeight + LANE_GAP) + (laneHeight - 16) / 2 }}
                >
                  {lane.label}
                </span>
              ))}
            </div>
          )}
          {shown && <div className={classes.hair} style={{ transform: `translateX(${shown.x}px)` }} />}
          <div ref={head} className={classes.head} data-testid="playhead" />
        </div>
      </TimeSlider>
      {selection && onSelection && width > 0 && (
        <Handles
          selection={selection}
          onSelection={onSelection}
          view={view}
          width={width}
          language={i18n.language}
          limits={limits}
        />
      )}
      {shown && <Tip lanes={lanes} pointed={shown} view={view} width={width} />}
    </div>
  );
}

interface SliderProps extends Pick<Props, 'session' | 'view' | 'onView' | 'label' | 'limits'> {
  children: ReactNode;
}

/** For the keyboard, and for those who do not see the timeline: it is a slider over time. */
function TimeSlider({ session, view, onView, label, limits, children }: SliderProps) {
  const { i18n } = useTranslation();
  const [at, setAt] = useState(() => session.at());
  useEffect(() => {
    const timer = setInterval(() => {
      setAt(Math.floor(session.at() / 1000) * 1000);
    }, 500);
    return () => {
      clearInterval(timer);
    };
  }, [session]);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const now = cloudNow();
    const seek = (to: number): void => {
      session.seek(bounded(to, limits));
    };
    // Shift: as far as can be told apart at this zoom.
    const step = event.shiftKey ? spanOf(view) / 20 : 10_000;
    switch (event.key) {
      case 'ArrowLeft':
        seek(session.at() - step);
        break;
      case 'ArrowRight':
        seek(session.at() + step);
        break;
      case 'PageUp':
        onView((before) => moved(before, -spanOf(before) * 0.8, now));
        break;
      case 'PageDown':
        onView((before) => moved(before, spanOf(before) * 0.8, now));
        break;
      case 'ArrowUp':
      case '+':
      case '=':
        onView((before) => zoomed(before, 1.5, session.at(), now));
        break;
      case 'ArrowDown':
      case '-':
        onView((before) => zoomed(before, 1 / 1.5, session.at(), now));
        break;
      case 'Home':
        seek(limits?.from ?? view.from);
        break;
      case 'End':
        seek(limits ? limits.to - 1000 : Math.min(view.to, now));
        break;
      default:
        return;
    }
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div
      role="slider"
      tabIndex={0}
      aria-label={label}
      aria-valuemin={Math.round(view.from / 1000)}
      aria-valuemax={Math.round(view.to / 1000)}
      aria-valuenow={Math.round(at / 1000)}
      aria-valuetext={new Intl.DateTimeFormat(regionalOf(i18n.language), {
        dateStyle: 'medium',
        timeStyle: 'medium',
      }).format(at)}
      className={classes.slider}
      data-testid="timeline-slider"
      data-at={at}
      data-from={Math.round(view.from)}
      data-to={Math.round(view.to)}
      onKeyDown={onKeyDown}
    >
      {children}
    </div>
  );
}

function bounded(at: number, limits: Props['limits']): number {
  return limits ? Math.max(limits.from, Math.min(limits.to - 100, at)) : at;
}

interface GestureParts extends Pick<Props, 'view' | 'onView' | 'session' | 'limits'> {
  width: number;
  laneHeight: number;
  onPoint: (pointed: Pointed | undefined) => void;
}

/** One finger or the mouse seeks on the lanes and pans on the ruler; two fingers pan and zoom. */
function useGestures({ view, onView, session, width, limits, onPoint, laneHeight }: GestureParts) {
  const fingers = useRef(new Map<number, number>());
  const drag = useRef<'seek' | 'pan' | 'pinch' | undefined>(undefined);
  const resume = useRef(false);
  const place = (event: PointerEvent<HTMLElement>): { x: number; lane: number } => {
    const box = event.currentTarget.getBoundingClientRect();
    const lane = Math.floor((event.clientY - box.top - RULER) / (laneHeight + LANE_GAP));
    return { x: event.clientX - box.left, lane: Math.max(-1, lane) };
  };
  const seek = (x: number): void => {
    session.seek(bounded(timeAt(view, x, width), limits));
  };
  const end = (event: PointerEvent<HTMLElement>): void => {
    if (!fingers.current.delete(event.pointerId)) return;
    event.currentTarget.removeAttribute('data-panning');
    if (fingers.current.size > 0) return;
    if (resume.current) session.play();
    resume.current = false;
    drag.current = undefined;
    if (event.pointerType !== 'mouse') onPoint(undefined);
  };
  return {
    onPointerDown: (event: PointerEvent<HTMLElement>) => {
      if (event.button !== 0) return;
      const { x, lane } = place(event);
      event.currentTarget.setPointerCapture(event.pointerId);
      fingers.current.set(event.pointerId, x);
      if (fingers.current.size > 1) {
        drag.current = 'pinch';
        return;
      }
      drag.current = lane < 0 ? 'pan' : 'seek';
      if (drag.current === 'pan') {
        event.currentTarget.setAttribute('data-panning', '');
        return;
      }
      resume.current = session.getStatus().playing;
      session.pause();
      seek(x);
      onPoint({ x, lane });
    },
    onPointerMove: (event: PointerEvent<HTMLElement>) => {
      const { x, lane } = place(event);
      const before = fingers.current.get(event.pointerId);
      if (before === undefined) {
        if (event.pointerType === 'mouse') onPoint({ x, lane });
        return;
      }
      const now = cloudNow();
      fingers.current.set(event.pointerId, x);
      switch (drag.current) {
        case 'seek':
          seek(x);
          onPoint({ x: Math.max(0, Math.min(width, x)), lane });
          break;
        case 'pan':
          onView((present) => moved(present, -((x - before) / width) * spanOf(present), now));
          break;
        case 'pinch': {
          const other = [...fingers.current].find(([id]) => id !== event.pointerId)?.[1];
          if (other === undefined) break;
          const factor = Math.max(12, Math.abs(x - other)) / Math.max(12, Math.abs(before - other));
          // What lay under the finger stays under it.
          onView((present) => zoomed(present, factor, timeAt(present, other, width), now));
          break;
        }
        case undefined:
          break;
      }
    },
    onPointerUp: end,
    onPointerCancel: end,
    onPointerLeave: () => {
      onPoint(undefined);
    },
  };
}

/** Up and down zooms at the pointer, sideways pans. */
function useWheel(area: RefObject<HTMLElement | null>, onView: Props['onView'], width: number): void {
  useEffect(() => {
    const element = area.current;
    if (!element) return;
    const onWheel = (event: WheelEvent): void => {
      event.preventDefault();
      const unit = event.deltaMode === 1 ? 16 : 1;
      const x = event.clientX - element.getBoundingClientRect().left;
      const now = cloudNow();
      const sideways = event.shiftKey ? event.deltaY || event.deltaX : event.deltaX;
      if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
        onView((view) => moved(view, ((sideways * unit) / width) * spanOf(view), now));
        return;
      }
      // A trackpad's pinch comes as many small steps.
      const pace = event.ctrlKey ? 0.01 : 0.002;
      onView((view) => zoomed(view, Math.exp(-event.deltaY * unit * pace), timeAt(view, x, width), now));
    };
    // Not passive: the page must not scroll meanwhile.
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => {
      element.removeEventListener('wheel', onWheel);
    };
  }, [area, onView, width]);
}

interface DrawingParts {
  lanes: readonly Lane[];
  view: View;
  width: number;
  laneHeight: number;
  height: number;
  selection: Props['selection'];
}

function useDrawing(
  canvas: RefObject<HTMLCanvasElement | null>,
  { lanes, view, width, laneHeight, height, selection }: DrawingParts,
): void {
  const { i18n } = useTranslation();
  const scheme = useComputedColorScheme();
  const tickText = useMemo(() => tickTexts(i18n.language), [i18n.language]);
  useEffect(() => {
    const element = canvas.current;
    const pen = element?.getContext('2d');
    if (!element || !pen || width <= 0) return;
    const scale = globalThis.devicePixelRatio || 1;
    // The style sheet of another scheme may come a moment after it was chosen.
    const paint = requestAnimationFrame(() => {
      fit(element, Math.round(width * scale), Math.round(height * scale));
      pen.setTransform(scale, 0, 0, scale, 0, 0);
      const palette = paletteOf(pen, element, 1);
      const drawing: Drawing = {
        view,
        width,
        laneHeight,
        lanes: lanes.map(({ account }) => account),
        selection,
        now: cloudNow(),
        tickText,
        font: `11px ${getComputedStyle(element).fontFamily}`,
      };
      draw(pen, palette, drawing);
    });
    return () => {
      cancelAnimationFrame(paint);
    };
  }, [canvas, lanes, view, width, laneHeight, height, selection, tickText, scheme]);
}

/** Setting a canvas's size wipes it, also where it stays the same. */
function fit(canvas: HTMLCanvasElement, width: number, height: number): void {
  if (canvas.width === width && canvas.height === height) return;
  canvas.width = width;
  canvas.height = height;
}

function tickTexts(language: string): (tick: Tick) => string {
  const region = regionalOf(language);
  const day = new Intl.DateTimeFormat(region, { weekday: 'short', day: 'numeric', month: 'short' });
  const minute = new Intl.DateTimeFormat(region, { hour: '2-digit', minute: '2-digit' });
  const second = new Intl.DateTimeFormat(region, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
  return ({ at, text }) => (text === 'day' ? day : text === 'second' ? second : minute).format(at);
}

/** Moved once a frame, without drawing anything anew. */
function usePlayhead(head: RefObject<HTMLElement | null>, session: PlaybackSession, view: View, width: number): void {
  useEffect(() => {
    let frame = 0;
    const move = (): void => {
      const element = head.current;
      if (element) {
        const x = xOf(view, session.at(), width);
        element.style.transform = `translateX(${x.toFixed(2)}px)`;
        element.hidden = x < -10 || x > width + 10;
      }
      frame = requestAnimationFrame(move);
    };
    move();
    return () => {
      cancelAnimationFrame(frame);
    };
  }, [head, session, view, width]);
}

interface HandleProps {
  selection: { from: number; to: number };
  onSelection: (selection: { from: number; to: number }) => void;
  view: View;
  width: number;
  language: string;
  limits: Props['limits'];
}

const SHORTEST_MS = 1000;

function Handles({ selection, onSelection, view, width, language, limits }: HandleProps) {
  const { t } = useTranslation();
  const set = (end: 'from' | 'to', wanted: number): void => {
    const at = Math.min(cloudNow(), bounded(wanted, limits));
    onSelection(
      end === 'from'
        ? { from: Math.min(at, selection.to - SHORTEST_MS), to: selection.to }
        : { from: selection.from, to: Math.max(at, selection.from + SHORTEST_MS) },
    );
  };
  return (['from', 'to'] as const).map((end) => {
    const x = xOf(view, selection[end], width);
    if (x < -12 || x > width + 12) return null;
    return (
      <button
        key={end}
        type="button"
        role="slider"
        aria-label={t(end === 'from' ? 'recordings.rangeFrom' : 'recordings.rangeTo')}
        aria-valuenow={Math.round(selection[end] / 1000)}
        aria-valuetext={new Intl.DateTimeFormat(regionalOf(language), { timeStyle: 'medium' }).format(selection[end])}
        className={classes.handle}
        style={{ insetInlineStart: x }}
        data-testid={`range-${end}`}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
        }}
        onPointerMove={(event) => {
          if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
          const box = event.currentTarget.parentElement?.getBoundingClientRect();
          if (box) set(end, timeAt(view, event.clientX - box.left, width));
        }}
        onKeyDown={(event) => {
          const step = event.shiftKey ? 10_000 : 1000;
          if (event.key === 'ArrowLeft') set(end, selection[end] - step);
          else if (event.key === 'ArrowRight') set(end, selection[end] + step);
          else return;
          event.preventDefault();
          event.stopPropagation();
        }}
      />
    );
  });
}

interface TipProps {
  lanes: readonly Lane[];
  pointed: Pointed;
  view: View;
  width: number;
}

/** What is under the pointer: when, what became of it, which alarms; and a picture of it. */
function Tip({ lanes, pointed: { x, lane: index }, view, width }: TipProps) {
  const { t, i18n } = useTranslation();
  const tip = useRef<HTMLDivElement>(null);
  const lane = lanes[Math.max(0, Math.min(lanes.length - 1, index))];
  const at = timeAt(view, x, width);
  const range = lane?.account && rangeAt(lane.account.ranges, at);
  const near = (NEAR / width) * spanOf(view);
  const marks = (lane?.account?.marks ?? []).filter(({ from, to }) => from - near <= at && to + near >= at).slice(0, 4);
  const time = new Intl.DateTimeFormat(regionalOf(i18n.language), {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  useEffect(() => {
    const element = tip.current;
    if (!element) return;
    const wide = element.offsetWidth;
    element.style.transform = `translateX(${Math.max(0, Math.min(width - wide, x - wide / 2)).toFixed(0)}px)`;
  });
  return (
    <div ref={tip} className={classes.tip} data-testid="timeline-tip">
      {lane?.frames && range && range.gap === undefined && (
        <Preview key={lane.key} channel={lane.frames} at={at} stepMs={Math.max(1000, (spanOf(view) / width) * 3)} />
      )}
      <div className={classes.tipText}>
        <strong>{time.format(at)}</strong>
        {lanes.length > 1 && lane && <div>{lane.label}</div>}
        {range?.gap !== undefined && (
          <div>
            {gapText(t, range.gap)}
            {' · '}
            {durationText(i18n.language, (range.to - range.from) / 1000)}
          </div>
        )}
        {marks.map((mark) => (
          <div
            key={`${mark.kind}${mark.id ?? mark.from}`}
            className={classes.tipMark}
            style={{ '--mark': mark.kind === 'alarm' ? 'var(--rec-alarm)' : '#fff' } as CSSProperties}
          >
            {markText(t, mark)}
          </div>
        ))}
      </div>
    </div>
  );
}

export function markText(t: TFunction, mark: TimelineMark): string {
  switch (mark.kind) {
    case 'alarm':
      return t(`alarms.type.${knownType({ type_name: mark.name ?? 'other' })}`, { type: mark.type ?? '' });
    case 'clip':
      return mark.name || t('recordings.clip');
    case 'clock':
      return t('recordings.clockJumped');
  }
}

/** The picture of a time, once it is there. */
function Preview({ channel, at, stepMs }: { channel: ChannelRef; at: number; stepMs: number }) {
  const video = useRef<HTMLVideoElement>(null);
  const show = useRef<FrameShow>(undefined);
  const step = useRef(stepMs);
  useEffect(() => {
    if (!video.current) return;
    const made = new FrameShow(
      video.current,
      (wanted, signal) => fetchFrame(channel, wanted, signal),
      () => step.current,
    );
    show.current = made;
    return () => {
      made.dispose();
    };
  }, [channel]);
  useEffect(() => {
    step.current = stepMs;
    // Who only passes over asks for nothing.
    const timer = setTimeout(() => show.current?.show(at), 60);
    return () => {
      clearTimeout(timer);
    };
  }, [at, stepMs, channel]);
  return (
    <div className={classes.preview}>
      <video ref={video} muted playsInline preload="auto" tabIndex={-1} data-testid="timeline-preview" />
    </div>
  );
}

/** For whoever shows a timeline: the view, kept legal. */
export function useView(first: () => View): [View, (change: (view: View) => View) => void] {
  const [view, setView] = useState(() => kept(first(), cloudNow()));
  return [view, setView];
}

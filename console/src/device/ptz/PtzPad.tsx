import { IconChevronDown, IconChevronLeft, IconChevronRight, IconChevronUp } from '@tabler/icons-react';
import { type CSSProperties, type PointerEvent, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Stick, stickAt, type Turn, TURNS } from './direction';
import classes from './PtzPad.module.css';
import type { Ptz } from './usePtz';

/** A stick that turns the camera while it is held: by mouse, pen or finger. Keys are the surrounding's. */
export function PtzPad({ ptz, disabled = false }: { ptz: Ptz; disabled?: boolean }) {
  const { t } = useTranslation();
  const pointer = useRef<number>(undefined);
  const stick = useRef<Stick>(undefined);
  const [knob, setKnob] = useState<{ x: number; y: number }>();

  const release = (): void => {
    if (pointer.current === undefined) return;
    pointer.current = undefined;
    stick.current = undefined;
    setKnob(undefined);
    ptz.end();
  };
  const follow = (event: PointerEvent<HTMLElement>): void => {
    const frame = event.currentTarget.getBoundingClientRect();
    const x = ((event.clientX - frame.left) / frame.width) * 2 - 1;
    const y = ((event.clientY - frame.top) / frame.height) * 2 - 1;
    const far = Math.max(1, Math.hypot(x, y));
    setKnob({ x: x / far, y: y / far });
    const before = stick.current;
    const next = stickAt(x, y, before);
    stick.current = next;
    if (next) ptz.begin(next.turn, next.level);
    else if (before) ptz.end();
  };
  useEffect(() => {
    // Let go from outside: the hand on the pad has to press anew.
    pointer.current = undefined;
    stick.current = undefined;
    // eslint-disable-next-line react-hooks/set-state-in-effect
    setKnob(undefined);
  }, [ptz.dropped]);

  const turn = ptz.active && isTurn(ptz.active) ? ptz.active : undefined;
  const shown = knob ?? (turn ? KEY_KNOB[turn] : undefined);
  return (
    // For hands only; who uses keys or a screen reader has the arrows and the single steps.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <div
      role="img"
      aria-label={t('ptz.pad')}
      className={classes.pad}
      data-turn={turn}
      data-disabled={disabled || undefined}
      data-held={knob !== undefined || undefined}
      data-testid="ptz-pad"
      style={
        {
          '--x': shown?.x ?? 0,
          '--y': shown?.y ?? 0,
          '--turn': `${(turn ? TURNS.indexOf(turn) : 0) * 45}deg`,
        } as CSSProperties
      }
      onPointerDown={(event) => {
        if (disabled || pointer.current !== undefined || event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        pointer.current = event.pointerId;
        follow(event);
      }}
      onPointerMove={(event) => {
        if (event.pointerId === pointer.current) follow(event);
      }}
      onPointerUp={(event) => {
        if (event.pointerId === pointer.current) release();
      }}
      onPointerCancel={(event) => {
        if (event.pointerId === pointer.current) release();
      }}
      onLostPointerCapture={(event) => {
        if (event.pointerId === pointer.current) release();
      }}
      onContextMenu={(event) => {
        // A long touch is a long movement.
        event.preventDefault();
      }}
    >
      <span className={classes.sector} aria-hidden="true" />
      <IconChevronUp className={classes.mark} data-at="up" aria-hidden="true" />
      <IconChevronRight className={classes.mark} data-at="right" aria-hidden="true" />
      <IconChevronDown className={classes.mark} data-at="down" aria-hidden="true" />
      <IconChevronLeft className={classes.mark} data-at="left" aria-hidden="true" />
      <span className={classes.knob} aria-hidden="true" />
    </div>
  );
}

function isTurn(move: string): move is Turn {
  return (TURNS as readonly string[]).includes(move);
}

/** Where the knob stands while keys turn the camera. */
const KEY_KNOB = Object.fromEntries(
  TURNS.map((turn, index) => {
    const angle = (index * Math.PI) / 4;
    return [turn, { x: Math.sin(angle) * 0.8, y: -Math.cos(angle) * 0.8 }];
  }),
) as Record<Turn, { x: number; y: number }>;

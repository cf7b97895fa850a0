import { type ReactNode, useRef } from 'react';
import type { Move } from './direction';
import type { Ptz } from './usePtz';

interface Props {
  ptz: Ptz;
  move: Move;
  label: string;
  className: string | undefined;
  disabled?: boolean;
  children: ReactNode;
}

/** A button that moves the camera while it is held: by pointer, or by Space or Enter. */
export function HoldButton({ ptz, move, label, className, disabled = false, children }: Props) {
  const holder = useRef<number | 'key'>(undefined);
  const press = (by: number | 'key'): void => {
    if (disabled || holder.current !== undefined) return;
    holder.current = by;
    ptz.begin(move);
  };
  const release = (by: number | 'key'): void => {
    if (holder.current !== by) return;
    holder.current = undefined;
    ptz.end();
  };
  const isPress = (key: string): boolean => key === ' ' || key === 'Enter';
  return (
    <button
      type="button"
      className={className}
      aria-label={label}
      title={label}
      disabled={disabled}
      data-active={ptz.active === move || undefined}
      data-testid={`ptz-${move}`}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        press(event.pointerId);
      }}
      onPointerUp={(event) => {
        release(event.pointerId);
      }}
      onPointerCancel={(event) => {
        release(event.pointerId);
      }}
      onLostPointerCapture={(event) => {
        release(event.pointerId);
      }}
      onKeyDown={(event) => {
        if (!isPress(event.key)) return;
        event.preventDefault();
        event.stopPropagation();
        if (!event.repeat) press('key');
      }}
      onKeyUp={(event) => {
        if (isPress(event.key)) release('key');
      }}
      onBlur={() => {
        release('key');
      }}
      onContextMenu={(event) => {
        event.preventDefault();
      }}
    >
      {children}
    </button>
  );
}

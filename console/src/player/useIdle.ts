import { type RefObject, useEffect, useState } from 'react';

/** True while neither pointer nor key moved over the element for some time, ms. */
export function useIdle(element: RefObject<HTMLElement | null>, afterMs: number): boolean {
  const [idle, setIdle] = useState(true);
  useEffect(() => {
    const target = element.current;
    if (!target) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const wake = (): void => {
      setIdle(false);
      clearTimeout(timer);
      timer = setTimeout(() => {
        setIdle(true);
      }, afterMs);
    };
    const leave = (event: PointerEvent): void => {
      if (event.pointerType === 'mouse') setIdle(true);
    };
    const events = ['pointermove', 'pointerdown', 'keydown', 'focusin'] as const;
    for (const name of events) target.addEventListener(name, wake);
    target.addEventListener('pointerleave', leave);
    return () => {
      clearTimeout(timer);
      for (const name of events) target.removeEventListener(name, wake);
      target.removeEventListener('pointerleave', leave);
    };
  }, [element, afterMs]);
  return idle;
}

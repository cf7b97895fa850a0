import { type PointerEventHandler, useEffect, useRef, useState } from 'react';

/** True while a mouse rests on the element, from some time after it came, ms. A touch is no hover. */
export function useRestingHover(
  afterMs: number,
): [boolean, { onPointerEnter: PointerEventHandler; onPointerLeave: PointerEventHandler }] {
  const [resting, setResting] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(
    () => () => {
      clearTimeout(timer.current);
    },
    [],
  );
  return [
    resting,
    {
      onPointerEnter: (event) => {
        if (event.pointerType !== 'mouse') return;
        timer.current = setTimeout(() => {
          setResting(true);
        }, afterMs);
      },
      onPointerLeave: () => {
        clearTimeout(timer.current);
        setResting(false);
      },
    },
  ];
}

export interface Paced<T> {
  call: (item: T) => void;
  cancel: () => void;
}

/** Runs at once, then at most once an interval with all that came meanwhile. */
export function paced<T>(intervalMs: number, run: (items: T[]) => void): Paced<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let waiting: T[] = [];
  const fire = (items: T[]): void => {
    run(items);
    timer = setTimeout(() => {
      timer = undefined;
      const next = waiting;
      waiting = [];
      if (next.length > 0) fire(next);
    }, intervalMs);
  };
  return {
    call: (item) => {
      if (timer === undefined) fire([item]);
      else waiting.push(item);
    },
    cancel: () => {
      clearTimeout(timer);
      timer = undefined;
      waiting = [];
    },
  };
}

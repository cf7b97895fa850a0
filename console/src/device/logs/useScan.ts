import { useEffect, useState } from 'react';
import type { LogText } from './logText';
import { type Found, scan, type Wanted } from './scan';

/** A step of work may last so long before the page gets its turn, ms. */
const SLICE_MS = 8;

/** What was found, and whether the reading still goes on: then it is what was found before. */
export function useScan(log: LogText | undefined, { needle, onlyMatches, level }: Wanted): Found & { busy: boolean } {
  const [found, setFound] = useState<Found>({ shown: undefined, matches: [] });
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    if (!log) return;
    const steps = scan(log, { needle, onlyMatches, level });
    let timer: ReturnType<typeof setTimeout> | undefined;
    const work = (): void => {
      const begun = performance.now();
      for (;;) {
        const step = steps.next();
        if (step.done) {
          setFound(step.value);
          setBusy(false);
          return;
        }
        if (performance.now() - begun > SLICE_MS) break;
      }
      setBusy(true);
      timer = setTimeout(work);
    };
    timer = setTimeout(work);
    return () => {
      clearTimeout(timer);
    };
  }, [log, needle, onlyMatches, level]);
  return { ...found, busy };
}

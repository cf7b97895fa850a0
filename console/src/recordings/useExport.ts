import { useCallback, useEffect, useRef, useState } from 'react';
import { ApiError } from '../api/apiError';
import type { Exporter, TimeSpan } from '../api/recordings';
import { type Fetching, FetchFailed, fetchWhole } from './resumed';

const LOOK_MS = 700;
/** Larger files are left to the browser's own downloads, which go on when the page is gone. */
const LARGEST_HERE = 400e6;

export type ExportStage =
  | { stage: 'idle' }
  | { stage: 'preparing'; progress: number }
  | { stage: 'downloading'; progress: Fetching; url: string }
  | { stage: 'done'; url: string; byBrowser: boolean }
  | { stage: 'failed'; error: unknown };

/** Has a piece of footage made into a file, and fetches it. */
export function useExport(exporter: Exporter, fileName: string) {
  const [stage, setStage] = useState<ExportStage>({ stage: 'idle' });
  const running = useRef<AbortController>(undefined);
  useEffect(
    () => () => {
      running.current?.abort();
    },
    [],
  );
  const cancel = useCallback(() => {
    running.current?.abort();
    running.current = undefined;
    setStage({ stage: 'idle' });
  }, []);
  const begin = useCallback(
    (span: TimeSpan) => {
      running.current?.abort();
      const run = new AbortController();
      running.current = run;
      setStage({ stage: 'preparing', progress: 0 });
      exportInto(exporter, span, fileName, run.signal, setStage).catch((error: unknown) => {
        if (!run.signal.aborted) setStage({ stage: 'failed', error });
      });
    },
    [exporter, fileName],
  );
  return { stage, begin, cancel };
}

async function exportInto(
  exporter: Exporter,
  span: TimeSpan,
  fileName: string,
  signal: AbortSignal,
  tell: (stage: ExportStage) => void,
): Promise<void> {
  let state = await exporter.begin(span, signal);
  while (state.state === 'preparing') {
    tell({ stage: 'preparing', progress: state.progress });
    await pause(LOOK_MS);
    signal.throwIfAborted();
    state = await exporter.look(state.id, signal);
  }
  if (state.state === 'failed' || state.url === undefined)
    throw new ApiError(state.message === undefined ? 'export_failed' : 'not_exported', state.message ?? '', 0);
  const { url, bytes } = state;
  if (bytes === undefined || bytes > LARGEST_HERE) {
    save(url, fileName);
    tell({ stage: 'done', url, byBrowser: true });
    return;
  }
  tell({ stage: 'downloading', progress: { received: 0, total: bytes }, url });
  let file: Blob;
  try {
    file = await fetchWhole(url, {
      fetch: (input, init) => fetch(input, init),
      pause: (tries) => pause(500 * 2 ** tries),
      onProgress: ({ received, total }) => {
        if (!signal.aborted) tell({ stage: 'downloading', progress: { received, total: total ?? bytes }, url });
      },
      signal,
    });
  } catch (error) {
    throw error instanceof FetchFailed ? new ApiError('export_failed', '', error.status) : error;
  }
  const object = URL.createObjectURL(new Blob([file], { type: 'video/mp4' }));
  save(object, fileName);
  tell({ stage: 'done', url, byBrowser: false });
  // The download reads it after this turn of the event loop.
  setTimeout(() => {
    URL.revokeObjectURL(object);
  }, 60_000);
}

function save(href: string, fileName: string): void {
  const link = document.createElement('a');
  link.href = href;
  link.download = fileName;
  link.click();
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

/** E.g. "Front door 2026-11-22 20-15-03.mp4". */
export function exportName(name: string, from: number): string {
  const date = new Date(from);
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  const time = `${two(date.getHours())}-${two(date.getMinutes())}-${two(date.getSeconds())}`;
  // eslint-disable-next-line no-control-regex
  return `${name.replace(/[\u0000-\u001f/\\:*?"<>|]+/g, '_').trim()} ${day} ${time}.mp4`;
}

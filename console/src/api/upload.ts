import { useEffect, useRef, useState } from 'react';
import { answerOf } from './client';

export interface Progress {
  /** Bytes. */
  sent: number;
  total: number;
}

/** Sends a file as the body of a POST. By XMLHttpRequest: `fetch` does not tell how much has been sent. */
export function upload(
  url: string,
  file: Blob,
  { onProgress, signal }: { onProgress: (progress: Progress) => void; signal: AbortSignal },
): Promise<unknown> {
  return answerOf<unknown>(
    new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open('POST', url);
      request.setRequestHeader('content-type', 'application/octet-stream');
      request.upload.onprogress = ({ loaded, total }) => {
        onProgress({ sent: loaded, total });
      };
      request.onload = () => {
        resolve(answered(request));
      };
      request.onerror = () => {
        reject(new TypeError('the connection broke'));
      };
      request.onabort = () => {
        reject(new DOMException('aborted', 'AbortError'));
      };
      signal.addEventListener('abort', () => {
        request.abort();
      });
      request.send(file);
    }),
  );
}

function answered(request: XMLHttpRequest): { data?: unknown; error?: unknown; response: Response } {
  const { status, statusText, responseText } = request;
  const retryAfter = request.getResponseHeader('retry-after');
  const response = new Response(null, {
    status,
    statusText,
    ...(retryAfter === null ? {} : { headers: { 'retry-after': retryAfter } }),
  });
  let body: unknown;
  try {
    body = JSON.parse(responseText);
  } catch {
    // A proxy's page, or nothing.
  }
  return response.ok ? { data: body, response } : { error: body, response };
}

export interface Uploading<T> {
  /** Undefined: none is on its way. */
  progress: Progress | undefined;
  error: unknown;
  start: (url: string, file: Blob) => void;
  cancel: () => void;
  reset: () => void;
  /** What the cloud made of the last one. */
  data: T | undefined;
}

/** One upload at a time; it ends with the page that shows it. */
export function useUpload<T>(onDone: (data: T) => void): Uploading<T> {
  const [progress, setProgress] = useState<Progress>();
  const [error, setError] = useState<unknown>();
  const [data, setData] = useState<T>();
  const running = useRef<AbortController>(undefined);
  useEffect(
    () => () => {
      running.current?.abort();
    },
    [],
  );
  useLeaveWarning(progress !== undefined);
  return {
    progress,
    error,
    data,
    start: (url, file) => {
      running.current?.abort();
      const mine = new AbortController();
      running.current = mine;
      setError(undefined);
      setData(undefined);
      setProgress({ sent: 0, total: file.size });
      upload(url, file, { onProgress: setProgress, signal: mine.signal })
        .then(
          (answer) => {
            setData(answer as T);
            onDone(answer as T);
          },
          (failure: unknown) => {
            if (!mine.signal.aborted) setError(failure);
          },
        )
        .finally(() => {
          if (running.current === mine) setProgress(undefined);
        });
    },
    cancel: () => {
      running.current?.abort();
    },
    reset: () => {
      setError(undefined);
      setData(undefined);
    },
  };
}

/** The browser asks before it leaves a page that is sending something. */
function useLeaveWarning(active: boolean): void {
  useEffect(() => {
    if (!active) return;
    const ask = (event: BeforeUnloadEvent): void => {
      event.preventDefault();
    };
    globalThis.addEventListener('beforeunload', ask);
    return () => {
      globalThis.removeEventListener('beforeunload', ask);
    };
  }, [active]);
}

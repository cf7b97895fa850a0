/** A file fetched piece by piece, and on from where it broke off. */

export interface Fetching {
  received: number;
  total: number | undefined;
}

interface Parts {
  fetch: typeof globalThis.fetch;
  /** Resolves after a pause before the next try. */
  pause: (tries: number) => Promise<void>;
  onProgress: (progress: Fetching) => void;
  signal: AbortSignal;
}

const TRIES = 6;

export class FetchFailed extends Error {
  override readonly name = 'FetchFailed';

  constructor(readonly status: number) {
    super(`HTTP ${status}`);
  }
}

/** The whole file. What was received is kept over a broken connection, as long as the file stays the same. */
export async function fetchWhole(url: string, { fetch, pause, onProgress, signal }: Parts): Promise<Blob> {
  let chunks: Uint8Array<ArrayBuffer>[] = [];
  let received = 0;
  let total: number | undefined;
  let tag: string | null = null;
  for (let tries = 0; ; tries += 1) {
    try {
      const resume: boolean = received > 0 && tag !== null;
      const response: Response = await fetch(url, {
        credentials: 'same-origin',
        signal,
        ...(resume && tag !== null ? { headers: { range: `bytes=${received}-`, 'if-range': tag } } : {}),
      });
      if (!response.ok || !response.body) throw new FetchFailed(response.status);
      if (response.status !== 206) {
        // From the beginning: it was never begun, or it is another file now.
        chunks = [];
        received = 0;
        total = Number(response.headers.get('content-length') ?? NaN) || undefined;
      }
      tag = response.headers.get('etag');
      const reader = response.body.getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        chunks.push(value);
        received += value.byteLength;
        // It goes on: what went wrong before is made good.
        tries = 0;
        onProgress({ received, total });
      }
      if (total === undefined || received >= total) return new Blob(chunks);
    } catch (error) {
      const final = error instanceof FetchFailed && error.status < 500 && error.status !== 429;
      if (signal.aborted || final || tries + 1 >= TRIES) throw error;
    }
    if (tries + 1 >= TRIES) throw new FetchFailed(0);
    await pause(tries);
  }
}

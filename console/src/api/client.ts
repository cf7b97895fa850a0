import createClient, { type Middleware } from 'openapi-fetch';
import { localNowMs, ServerClock } from '../player/serverClock';
import { ApiError, type ApiErrorMore } from './apiError';
import type { paths } from './schema';

/** The cloud's clock, learned from every answer. */
export const serverClock = new ServerClock();

const sentAtMs = new WeakMap<Request, number>();

const watchClock: Middleware = {
  onRequest({ request }) {
    sentAtMs.set(request, localNowMs());
  },
  onResponse({ request, response }) {
    const sentMs = sentAtMs.get(request);
    const date = response.headers.get('date');
    if (sentMs !== undefined && date) serverClock.observe(Date.parse(date), sentMs, localNowMs());
  },
};

export const client = createClient<paths>({ baseUrl: globalThis.location.origin, credentials: 'same-origin' });
client.use(watchClock);

let onSessionLost = (): void => undefined;

/** Registers what happens when the cloud says the session is over. */
export function whenSessionLost(listener: () => void): void {
  onSessionLost = listener;
}

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The data of an answer, or an ApiError thrown. */
export async function answerOf<T>(request: Promise<Answer<T>>): Promise<T> {
  let answer: Answer<T>;
  try {
    answer = await request;
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiError('network', String(error), 0);
  }
  if (answer.response.ok) return answer.data as T;
  const failure = toApiError(answer.error, answer.response);
  // Other codes of this status speak of a password or a code just typed.
  if (failure.code === 'unauthorized') onSessionLost();
  throw failure;
}

function toApiError(body: unknown, response: Response): ApiError {
  const error = errorIn(body);
  const code = typeof error['code'] === 'string' ? error['code'] : undefined;
  const message = typeof error['message'] === 'string' ? error['message'] : undefined;
  // A proxy before the cloud answers so while the cloud is away.
  const away = code === undefined && response.status >= 502 && response.status <= 504;
  const retryAfter = Number(response.headers.get('retry-after') ?? NaN);
  return new ApiError(
    code ?? (away ? 'network' : `http_${String(response.status)}`),
    message ?? response.statusText,
    response.status,
    { ...moreIn(error), ...(Number.isFinite(retryAfter) ? { retryAfterS: retryAfter } : {}) },
  );
}

function errorIn(body: unknown): Record<string, unknown> {
  const error = typeof body === 'object' && body !== null && 'error' in body ? body.error : undefined;
  return typeof error === 'object' && error !== null ? (error as Record<string, unknown>) : {};
}

function moreIn({ lines, device_error: device, field }: Record<string, unknown>): ApiErrorMore {
  return {
    ...(Array.isArray(lines) ? { lines: lines as { line: number; message: string }[] } : {}),
    ...(typeof device === 'object' && device !== null ? { deviceError: device as { code: number; msg: string } } : {}),
    ...(typeof field === 'string' ? { field } : {}),
  };
}

/** Narrows down the server's clock to a few milliseconds: each probe is sent as its second should turn. */
export async function probeServerClock(signal: AbortSignal): Promise<void> {
  const GOOD_ENOUGH_MS = 15;
  for (let probes = 0; probes < 12 && serverClock.uncertaintyMs > GOOD_ENOUGH_MS && !signal.aborted; probes += 1) {
    if (serverClock.uncertaintyMs !== Infinity) await delay(serverClock.untilTurn(localNowMs()), signal);
    await probe(signal);
  }
}

async function probe(signal: AbortSignal): Promise<void> {
  const sentMs = localNowMs();
  const response = await fetch('/healthz', { method: 'HEAD', cache: 'no-store', signal }).catch(() => undefined);
  const date = response?.headers.get('date');
  if (date) serverClock.observe(Date.parse(date), sentMs, localNowMs());
}

function delay(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

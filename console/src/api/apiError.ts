/** The cloud refused, or was not reached (`code` "network"). */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    /** Stable code of the API; the console's words for it are in the translations under `error`. */
    readonly code: string,
    message: string,
    readonly status: number,
    /** What else the cloud says about it. */
    readonly more: ApiErrorMore = {},
  ) {
    super(message);
  }

  /** When the cloud allows another attempt, s. */
  get retryAfterS(): number | undefined {
    return this.more.retryAfterS;
  }

  /** What is wrong with which lines of a table that was sent. */
  get lines(): { line: number; message: string }[] | undefined {
    return this.more.lines;
  }

  /** What the device itself answered (DAP section 2, error codes). */
  get deviceError(): { code: number; msg: string } | undefined {
    return this.more.deviceError;
  }

  /** Which of the values sent it is about, as a path: `channls.0.image.horflip`. */
  get field(): string | undefined {
    return this.more.field;
  }
}

export interface ApiErrorMore {
  retryAfterS?: number;
  lines?: { line: number; message: string }[];
  deviceError?: { code: number; msg: string };
  field?: string;
}

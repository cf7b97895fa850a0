/** The cloud refused, or was not reached (`code` "network"). */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    /** Stable code of the API; the console's words for it are in the translations under `error`. */
    readonly code: string,
    message: string,
    readonly status: number,
    /** When the cloud allows another attempt, s. */
    readonly retryAfterS?: number,
    /** What is wrong with which lines of a table that was sent. */
    readonly lines?: { line: number; message: string }[],
  ) {
    super(message);
  }
}

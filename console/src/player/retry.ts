/** Why there is no picture. API error codes, and the player's own: `connection_lost`, `stalled`, `decode_failed`, `network`, `access_ended`. */
export type FailureCode = string;

/** How to go on after a failure. */
export type RetryClass =
  /** Passing: try again soon, then less and less often. */
  | 'soon'
  /** The device must come back first: look now and then; the presence event wakes the player earlier. */
  | 'patient'
  /** Trying again changes nothing. */
  | 'never';

const PATIENT = new Set(['device_offline', 'channel_offline', 'device_disabled', 'bitrate_too_high', 'device_refused']);
/** The person may not watch, or is not to know that it is there: what was seen until then is taken off the screen. */
const BARRED = new Set(['access_ended', 'unauthorized', 'forbidden', 'no_such_device', 'no_such_channel']);
const NEVER = new Set([...BARRED, 'not_supported', 'bad_request', 'codec_unsupported', 'mse_missing']);

export function isBarred(code: FailureCode | undefined): boolean {
  return code !== undefined && BARRED.has(code);
}

export function retryClassOf(code: FailureCode): RetryClass {
  if (NEVER.has(code)) return 'never';
  return PATIENT.has(code) ? 'patient' : 'soon';
}

const FIRST_MS = 400;
const MAX_SOON_MS = 10_000;
const PATIENT_MS = 15_000;

/** Delays between attempts: growing, and spread so that a thousand players of one restarted cloud do not return as one. */
export class Backoff {
  private attempts = 0;

  /** @param random from 0 to below 1 */
  constructor(private readonly random: () => number = Math.random) {}

  /** The delay before the next attempt, ms; undefined where there is none to make. */
  next(code: FailureCode): number | undefined {
    const kind = retryClassOf(code);
    if (kind === 'never') return undefined;
    const spread = 0.75 + this.random() * 0.5;
    if (kind === 'patient') return Math.round(PATIENT_MS * spread);
    const delay = Math.min(FIRST_MS * 2 ** this.attempts, MAX_SOON_MS);
    this.attempts = Math.min(this.attempts + 1, 10);
    return Math.round(delay * spread);
  }

  /** A picture is there: the next failure begins at the shortest delay again. */
  reset(): void {
    this.attempts = 0;
  }
}

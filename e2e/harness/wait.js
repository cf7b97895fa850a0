// Waiting for a state: a probe asked until it holds, with a deadline that says what was missing.

import { setTimeout as pause } from 'node:timers/promises';

/**
 * Asks `probe` until it returns something truthy, and returns that.
 *
 * @template T
 * @param {string} what names the awaited state in the error
 * @param {() => T | Promise<T>} probe may throw: counts as "not yet"
 * @param {{ within?: number, every?: number }} [limits] milliseconds
 * @returns {Promise<NonNullable<T>>}
 */
export async function until(what, probe, { within = 15_000, every = 50 } = {}) {
  const deadline = Date.now() + within;
  /** @type {unknown} */
  let last;
  for (;;) {
    try {
      const value = await probe();
      if (value) return /** @type {NonNullable<T>} */ (value);
      last = value;
    } catch (error) {
      last = error;
    }
    if (Date.now() >= deadline) {
      throw new Error(`not within ${within / 1000} s: ${what} (last seen: ${describe(last)})`, {
        cause: last instanceof Error ? last : undefined,
      });
    }
    await pause(every);
  }
}

/**
 * Fails when `promise` takes longer than `within` milliseconds.
 *
 * @template T
 * @param {string} what
 * @param {Promise<T>} promise
 * @param {number} within
 * @returns {Promise<T>}
 */
export async function soon(what, promise, within) {
  const late = new AbortController();
  const alarm = pause(within, undefined, { signal: late.signal }).then(() => {
    throw new Error(`not within ${within / 1000} s: ${what}`);
  });
  alarm.catch(() => {});
  try {
    return await Promise.race([promise, alarm]);
  } finally {
    late.abort();
  }
}

/** @param {unknown} value */
function describe(value) {
  if (value instanceof Error) return value.message;
  return JSON.stringify(value) ?? String(value);
}

// What a <video> of the page shows: whether its pixels move, and the clock of the test pattern, read from the picture.

import { until } from './wait.js';

// Where the seven digits and their segments are, in thousandths of the picture: documented in
// crates/ovd/src/source/test_pattern/clock.rs.
const CLOCK = {
  digitLeft: [131, 220, 352, 441, 573, 662, 794],
  digitWidth: 75,
  digitTop: 340,
  digitHeight: 220,
  segmentCentres: [
    [500, 60],
    [900, 270],
    [900, 730],
    [500, 940],
    [100, 730],
    [100, 270],
    [500, 500],
  ],
  digitSegments: [0x3f, 0x06, 0x5b, 0x4f, 0x66, 0x6d, 0x7d, 0x07, 0x7f, 0x6f],
};
const DAY_MS = 24 * 3600 * 1000;

/**
 * The time the picture shows, as ms of the UTC day; undefined when it shows no readable clock.
 *
 * @param {import('playwright-core').Locator} video
 * @returns {Promise<{ shownMs: number, nowMs: number } | undefined>}
 */
export async function readClock(video) {
  const read = await video.evaluate((element, clock) => {
    const player = /** @type {HTMLVideoElement} */ (element);
    const { videoWidth: width, videoHeight: height } = player;
    const pen = new OffscreenCanvas(width || 1, height || 1).getContext('2d', { willReadFrequently: true });
    if (!pen || !width) return undefined;
    pen.drawImage(player, 0, 0, width, height);
    const nowMs = Date.now();
    /** Mean brightness of a few pixels around a point. @param {number} x @param {number} y */
    const brightness = (x, y) => {
      const { data } = pen.getImageData(Math.round(x) - 1, Math.round(y) - 1, 3, 3);
      let sum = 0;
      for (let i = 0; i < data.length; i += 4) sum += (data[i] + data[i + 1] + data[i + 2]) / 3;
      return sum / (data.length / 4);
    };
    const digits = clock.digitLeft.map((left) => {
      let lit = 0;
      clock.segmentCentres.forEach(([sx, sy], segment) => {
        const x = ((left + (clock.digitWidth * sx) / 1000) / 1000) * width;
        const y = ((clock.digitTop + (clock.digitHeight * sy) / 1000) / 1000) * height;
        if (brightness(x, y) > 127) lit |= 1 << segment;
      });
      return clock.digitSegments.indexOf(lit);
    });
    return { digits, nowMs };
  }, CLOCK);
  if (!read || read.digits.includes(-1)) return undefined;
  const [h1, h2, m1, m2, s1, s2, tenths] = read.digits;
  const seconds = ((h1 * 10 + h2) * 60 + m1 * 10 + m2) * 60 + s1 * 10 + s2;
  return { shownMs: seconds * 1000 + tenths * 100, nowMs: read.nowMs % DAY_MS };
}

/**
 * Waits until the clock in the picture is readable and within `limitMs` of now; returns by how much it is behind.
 *
 * @param {import('playwright-core').Locator} video
 * @param {{ limitMs?: number, within?: number }} [limits]
 */
export async function clockIsNow(video, { limitMs = 2000, within = 20_000 } = {}) {
  const { behindMs } = await until(
    `the clock in the picture is within ${limitMs} ms of now`,
    async () => {
      const read = await readClock(video);
      if (!read) throw new Error('no clock is readable in the picture');
      // Around midnight the two may be on different days.
      const behindMs = ((read.nowMs - read.shownMs + DAY_MS * 1.5) % DAY_MS) - DAY_MS / 2;
      if (Math.abs(behindMs) > limitMs) throw new Error(`the picture is ${behindMs} ms behind`);
      return { behindMs };
    },
    { within },
  );
  return behindMs;
}

/**
 * Waits until the picture has changed `times` times.
 *
 * @param {import('playwright-core').Locator} video
 * @param {{ times?: number, within?: number }} [limits]
 */
export async function picturesMove(video, { times = 5, within = 20_000 } = {}) {
  const seen = new Set();
  await until(
    `the picture changes ${times} times`,
    async () => {
      seen.add(await fingerprint(video));
      seen.delete(undefined);
      if (seen.size <= times) throw new Error(`${seen.size} different pictures`);
      return true;
    },
    { within },
  );
}

/** A sum over the pixels shown; undefined while there is no picture. @param {import('playwright-core').Locator} video */
async function fingerprint(video) {
  return video.evaluate((element) => {
    const player = /** @type {HTMLVideoElement} */ (element);
    const pen = new OffscreenCanvas(160, 90).getContext('2d', { willReadFrequently: true });
    if (!pen || !player.videoWidth) return undefined;
    pen.drawImage(player, 0, 0, 160, 90);
    let sum = 0;
    for (const value of pen.getImageData(0, 0, 160, 90).data) sum = (sum * 31 + value) | 0;
    return sum;
  });
}

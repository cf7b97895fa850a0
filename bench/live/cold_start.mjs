// From the call that starts a stream to the first byte of video at a viewer.

import { get } from 'node:http';

const FILE_HEADER = 9 + 4;
const TAG_HEADER = 11;
const VIDEO = 9;

/** Resolves with the first coded picture of an FLV stream. @param {string} url @returns {Promise<void>} */
function firstPicture(url) {
  return new Promise((resolve, reject) => {
    const request = get(url, { agent: false }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`status ${response.statusCode}`));
      let bytes = Buffer.alloc(0);
      response.on('data', (part) => {
        bytes = Buffer.concat([bytes, part]);
        for (let at = FILE_HEADER; at + TAG_HEADER + 2 <= bytes.length;) {
          // The packet after the sequence header is a picture.
          if (bytes[at] === VIDEO && bytes[at + TAG_HEADER + 1] === 1) {
            request.destroy();
            return resolve();
          }
          at += TAG_HEADER + bytes.readUIntBE(at + 1, 3) + 4;
        }
      });
      response.on('error', reject);
      response.on('end', () => reject(new Error('the stream ended without a picture')));
    });
    request.on('error', reject);
    request.setTimeout(15_000, () => request.destroy(new Error('no picture within 15 s')));
  });
}

/**
 * Starts each channel once.
 *
 * @param {(channel: number) => Promise<string>} open
 * @param {number} count
 */
export async function coldStarts(open, count) {
  const times = [];
  for (let channel = 1; channel <= count; channel += 1) {
    const began = performance.now();
    await firstPicture(await open(channel));
    times.push(performance.now() - began);
  }
  times.sort((a, b) => a - b);
  return { count, p50_ms: times[Math.floor(count / 2)], max_ms: times[count - 1] };
}

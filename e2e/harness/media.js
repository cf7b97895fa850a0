// Test footage, made by ffmpeg when first wanted and kept under e2e/out; and what ffprobe says of a play URL.

import { mkdir, rename, stat } from 'node:fs/promises';
import path from 'node:path';
import { enhancedFfmpeg } from './binaries.js';
import { run } from './process.js';

const FOOTAGE = new URL('../out/footage/', import.meta.url).pathname;

// Six minutes, longer than any journey: the camera plays a file once.
const LONG = { seconds: 12, repeats: 30 };

const VIDEO = {
  h264: ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-profile:v', 'baseline'],
  h265: ['-c:v', 'libx265', '-preset', 'ultrafast', '-x265-params', 'bframes=0:log-level=error'],
};
const AUDIO = {
  aac: ['-c:a', 'aac', '-ar', '44100', '-ac', '2'],
  pcma: ['-c:a', 'pcm_alaw', '-ar', '8000', '-ac', '1'],
  pcmu: ['-c:a', 'pcm_mulaw', '-ar', '8000', '-ac', '1'],
};

/**
 * A Matroska file with moving picture and a tone.
 *
 * @param {keyof typeof VIDEO} video
 * @param {keyof typeof AUDIO} audio
 * @param {{ seconds: number, repeats: number }} [length] of the part that is encoded, and how often it is in the file
 */
export async function footage(video, audio, { seconds, repeats } = LONG) {
  await mkdir(FOOTAGE, { recursive: true });
  const name = `${video}-${audio}-${seconds * repeats}s`;
  const file = path.join(FOOTAGE, `${name}.mkv`);
  if (await stat(file).catch(() => undefined)) return file;
  const clip = path.join(FOOTAGE, `${name}.clip.mkv`);
  const part = path.join(FOOTAGE, `${name}.part.mkv`);
  const picture = ['-f', 'lavfi', '-i', 'testsrc2=size=640x360:rate=15', '-f', 'lavfi', '-i', 'sine=frequency=440'];
  const shape = ['-t', String(seconds), '-g', '30', '-pix_fmt', 'yuv420p'];
  await run('ffmpeg', ['-v', 'error', '-y', ...picture, ...shape, ...VIDEO[video], ...AUDIO[audio], clip]);
  await run('ffmpeg', ['-v', 'error', '-y', '-stream_loop', String(repeats - 1), '-i', clip, '-c', 'copy', part]);
  await rename(part, file);
  return file;
}

/**
 * What ffprobe finds in a stream that is played to it.
 *
 * @param {string} url
 * @returns {Promise<{ codec_type: string, codec_name: string, width?: number, height?: number,
 *   sample_rate?: string, channels?: number, profile?: string }[]>}
 */
export async function probe(url) {
  const { stdout } = await run('ffprobe', [
    '-v',
    'error',
    '-rw_timeout',
    '10000000',
    '-show_streams',
    '-of',
    'json',
    url,
  ]);
  return JSON.parse(stdout).streams;
}

/**
 * Decodes `frames` pictures of a play URL with a current ffmpeg and returns what it says of the input; fails on any
 * decoding error.
 *
 * @param {string} url
 * @param {number} frames
 */
export async function decode(url, frames) {
  const args = ['-hide_banner', '-xerror', '-err_detect', 'explode', '-rw_timeout', '10000000', '-i', url];
  const { stderr } = await run(enhancedFfmpeg(), [...args, '-frames:v', String(frames), '-f', 'null', '-']);
  return stderr;
}

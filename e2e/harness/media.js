// Test footage, made by ffmpeg when first wanted and kept under e2e/out; and what ffprobe says of a file or a play URL.

import { mkdir, readFile, readdir, rename, stat } from 'node:fs/promises';
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
  const name = `${video}-${audio}-${seconds * repeats}s`;
  return made(`${name}.mkv`, async (part) => {
    const clip = path.join(FOOTAGE, `${name}.clip.mkv`);
    const picture = ['-f', 'lavfi', '-i', 'testsrc2=size=640x360:rate=15', '-f', 'lavfi', '-i', 'sine=frequency=440'];
    const shape = ['-t', String(seconds), '-g', '30', '-pix_fmt', 'yuv420p'];
    await run('ffmpeg', ['-v', 'error', '-y', ...picture, ...shape, ...VIDEO[video], ...AUDIO[audio], clip]);
    await run('ffmpeg', ['-v', 'error', '-y', '-stream_loop', String(repeats - 1), '-i', clip, '-c', 'copy', part]);
  });
}

/** Journeys that run at once want the same footage. @type {Map<string, Promise<string>>} */
const making = new Map();

/**
 * A file or folder of the footage, made unless it is there.
 *
 * @param {string} name @param {(part: string) => Promise<unknown>} make under another name
 */
async function made(name, make) {
  const file = path.join(FOOTAGE, name);
  const start = async () => {
    await mkdir(FOOTAGE, { recursive: true });
    if (await stat(file).catch(() => undefined)) return file;
    const part = path.join(FOOTAGE, `part-${process.pid}-${name}`);
    await make(part);
    await rename(part, file);
    return file;
  };
  const promise = making.get(name) ?? start();
  making.set(name, promise);
  return promise;
}

/** Seconds from one keyframe to the next in all footage of here. */
export const GOP_SECONDS = 2;

const CLAP = { every: 2, lasts: 0.3 };

/**
 * A Matroska file in which the picture is black and a tone is heard for a moment every other second, both at once: what
 * is played of it shows whether sound and picture are in step (see `clapOffsets`).
 *
 * @param {number} seconds
 */
export async function clapper(seconds) {
  // Not at a keyframe, where a cut might hide what is wrong.
  const claps = `lt(mod(t+${CLAP.every / 2}\\,${CLAP.every})\\,${CLAP.lasts})`;
  const black = `drawbox=w=iw:h=ih:color=black:t=fill:enable=${claps}`;
  const picture = ['-f', 'lavfi', '-i', `testsrc2=size=640x360:rate=15,${black}`];
  const sound = ['-f', 'lavfi', '-i', `aevalsrc=0.5*sin(880*2*PI*t)*${claps}:s=44100`];
  const shape = ['-t', String(seconds), '-g', String(15 * GOP_SECONDS), '-pix_fmt', 'yuv420p'];
  const codecs = [...VIDEO.h264, ...AUDIO.aac];
  return made(`clapper-${seconds}s.mkv`, (part) =>
    run('ffmpeg', ['-v', 'error', '-y', ...picture, ...sound, ...shape, ...codecs, part], { within: 120_000 }),
  );
}

/**
 * Of every clap in a file of the clapper's footage: when it is seen, and by how many seconds it is heard later.
 *
 * @param {string} file @returns {Promise<{ at: number, offset: number }[]>}
 */
export async function clapOffsets(file) {
  const filters = ['-vf', 'blackdetect=d=0.1:pix_th=0.1:pic_th=0.95', '-af', 'silencedetect=n=-35dB:d=0.3'];
  const { stderr } = await run('ffmpeg', ['-hide_banner', '-nostats', '-i', file, ...filters, '-f', 'null', '-']);
  const times = (/** @type {RegExp} */ pattern) => [...stderr.matchAll(pattern)].map(([, time]) => Number(time));
  const heard = times(/silence_end: ([0-9.]+)/g);
  return times(/black_start:([0-9.]+)/g).flatMap((at) => {
    const offset = heard.map((time) => time - at).find((offset) => Math.abs(offset) < CLAP.every / 2);
    return offset === undefined ? [] : [{ at, offset }];
  });
}

/**
 * MPEG-TS segments that follow one another, each of one GOP, for devices that are scripted.
 *
 * @param {number} count @returns {Promise<{ bytes: Buffer, duration: number }[]>} `duration` in seconds
 */
export async function tsSegments(count) {
  const seconds = count * GOP_SECONDS;
  const source = await footage('h264', 'aac', { seconds: Math.max(12, seconds), repeats: 1 });
  const folder = await made(`ts-${count}`, async (part) => {
    await mkdir(part, { recursive: true });
    const cut = ['-f', 'segment', '-segment_time', String(GOP_SECONDS), '-segment_format', 'mpegts'];
    const to = path.join(part, '%04d.ts');
    await run('ffmpeg', ['-v', 'error', '-y', '-i', source, '-t', String(seconds), '-c', 'copy', ...cut, to]);
  });
  const names = (await readdir(folder)).sort().slice(0, count);
  return Promise.all(
    names.map(async (name) => ({ bytes: await readFile(path.join(folder, name)), duration: GOP_SECONDS })),
  );
}

/**
 * What ffprobe says of a file as a whole; it may find nothing to complain of.
 *
 * @param {string} file
 * @returns {Promise<{ format: { format_name: string, duration: string, start_time: string },
 *   streams: { codec_type: string, codec_name: string, start_time: string, duration: string }[] }>}
 */
export async function examine(file) {
  const { stdout, stderr } = await run('ffprobe', [
    '-v',
    'warning',
    '-show_format',
    '-show_streams',
    '-of',
    'json',
    file,
  ]);
  if (stderr.trim()) throw new Error(`${file}: ffprobe says ${stderr.trim()}`);
  return JSON.parse(stdout);
}

/**
 * The packets of a file, in its order.
 *
 * @param {string} file
 * @returns {Promise<{ codec_type: string, pts_time: string, dts_time: string, flags: string }[]>}
 */
export async function packets(file) {
  const entries = 'packet=codec_type,pts_time,dts_time,flags';
  const { stdout } = await run('ffprobe', ['-v', 'error', '-show_entries', entries, '-of', 'json', file]);
  return JSON.parse(stdout).packets;
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

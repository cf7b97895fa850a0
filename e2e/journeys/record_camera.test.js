// An RTSP camera is recorded in segments of 10 s, with a break in the middle; what was recorded is looked at by ffprobe,
// played in a browser and taken home as MP4. FULL=1 records two minutes before the break.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { HLS_SCRIPT } from '../harness/binaries.js';
import { GOP_SECONDS, clapOffsets, clapper, examine, packets } from '../harness/media.js';
import { OvrWitness } from '../harness/ovr.js';
import { picturesMove } from '../harness/picture.js';
import { FULL, Recorded, reckon } from '../harness/recording.js';
import { journey } from '../harness/scene.js';
import { until } from '../harness/wait.js';

const BEFORE_MS = FULL ? 120_000 : 30_000;
const GONE_MS = 5_000;
const AFTER_MS = 12_500;
const GOP_MS = GOP_SECONDS * 1000;
/** Sound may be so much earlier or later in an export than it is in what was recorded, */
const IN_STEP_SECONDS = 0.03;
/** and in that than in the camera, which does not tell exactly how its two streams belong together. */
const CAMERA_SECONDS = 0.12;

journey(
  'a camera is recorded in segments, played back across a break, and exported',
  async (scene) => {
    const file = await clapper(300);
    // Few segments are held, so that it is soon known of each second what became of it.
    const config = '[recording]\nsegment_max_count = 2\n';
    const [ovc, camera] = await Promise.all([
      scene.ovc({ config }),
      scene.camera({ video: 'h264', audio: 'aac', file }),
    ]);
    const witness = await OvrWitness.start(scene, ovc);
    const device = await ovc.addDevice({ name: 'Yard' });
    const dap_url = `ws://127.0.0.1:${witness.port}/ovc`;
    await scene.ovd({ device: { ...device, dap_url }, sources: [camera.url] });
    await ovc.online(device.login_code);
    const yard = new Recorded(ovc, device.login_code);
    const beganMs = await yard.begin();

    await yard.has(beganMs, BEFORE_MS, { patience: BEFORE_MS + 45_000 });
    await camera.process.kill();
    await until('the camera is seen to be gone', async () => {
      const { channels } = await ovc.device(device.login_code);
      return channels[0]?.state !== 'online' && channels[0]?.state !== 'live';
    });
    const goneMs = Date.now();
    const before = await yard.account(beganMs, goneMs);
    await until('it is gone for a while', () => Date.now() > goneMs + GONE_MS);
    await scene.camera({ video: 'h264', audio: 'aac', file, port: Number(new URL(camera.url).port) });
    await yard.has(beganMs, before.listedMs + AFTER_MS, { patience: AFTER_MS + 60_000 });
    await yard.end();
    const endedMs = Date.now();

    const account = await yard.settled(beganMs, endedMs, { patience: 60_000 });
    reckon('RTSP camera', [{ account, segments: witness.seen }]);
    assert.ok(account.gaps.channel_offline > 0, `the break has its reason: ${account.line}`);

    const list = await yard.playlist(beganMs, endedMs);
    const folder = await scene.folder();
    const offsets = await segmentsAreGood(list.segments, folder, file);
    await playsAcross(scene, list);
    await exportsMatch(yard, account, offsets, folder);
  },
  { within: BEFORE_MS + 240_000 },
);

/** @typedef {import('../harness/recording.js').Listed} Listed */

/**
 * ffprobe finds nothing wrong with any of them, and sound and picture are in step; answers by how much the sound is late,
 * before the break and behind it.
 *
 * @param {Listed[]} segments @param {string} folder @param {string} original what the camera played
 */
async function segmentsAreGood(segments, folder, original) {
  const usual = median((await clapOffsets(original)).map(({ offset }) => offset));
  /** @type {number[][]} */
  const heard = [];
  /** @type {string[]} */
  const lengths = [];
  for (const [index, { uri, seconds, discontinuity }] of segments.entries()) {
    const response = await fetch(uri);
    assert.equal(response.status, 200, uri);
    assert.equal(response.headers.get('content-type'), 'video/mp2t');
    const file = path.join(folder, `${index}.ts`);
    await writeFile(file, Buffer.from(await response.arrayBuffer()));
    const { format, streams } = await examine(file);
    assert.equal(format.format_name, 'mpegts');
    assert.deepEqual(streams.map(({ codec_name }) => codec_name).sort(), ['aac', 'h264']);
    const [first] = (await packets(file)).filter(({ codec_type }) => codec_type === 'video');
    assert.ok(first?.flags.startsWith('K'), `segment ${index} begins with a keyframe`);
    const said = Number(format.duration);
    assert.ok(Math.abs(said - seconds) < 0.3, `segment ${index} is ${said} s long, and listed as ${seconds} s`);
    lengths.push(seconds.toFixed(1));
    if (index === 0 || discontinuity) heard.push([]);
    heard.at(-1)?.push(...(await clapOffsets(file)).map(({ offset }) => offset));
  }
  // Whole ones; those before the break and at the end are what was left.
  const whole = segments.filter((_, index) => index + 1 < segments.length && !segments[index + 1]?.discontinuity);
  for (const { seconds } of whole) {
    assert.ok(Math.abs(seconds - 10) <= GOP_SECONDS, `a segment of ${seconds} s`);
  }
  const offsets = heard.map(median);
  for (const offset of offsets) {
    assert.ok(Math.abs(offset - usual) <= CAMERA_SECONDS, `sound is ${offset} s late, in the camera it is ${usual} s`);
  }
  console.log(`── ffprobe passes ${segments.length} segments: ${lengths.join(' ')} s; sound late by ${offsets} s`);
  return offsets;
}

/**
 * hls.js plays the list from shortly before its discontinuity to well behind it, and knows which time it shows.
 *
 * @param {import('../harness/scene.js').Scene} scene @param {{ url: string, segments: Listed[] }} list
 */
async function playsAcross(scene, { url, segments }) {
  const broken = segments.findIndex(({ discontinuity }, index) => discontinuity && index > 0);
  assert.ok(broken > 0, 'the break is in the list');
  const breakAt = segments.slice(0, broken).reduce((sum, { seconds }) => sum + seconds, 0);
  const shownMs = segments[broken]?.atMs;
  assert.ok(shownMs, 'behind the break the list says which time it is');

  // A page of nobody's: the list and its segments may be fetched from anywhere.
  const page = await scene.page();
  await page.setContent('<video muted playsinline width="640"></video>');
  await page.addScriptTag({ path: HLS_SCRIPT });
  await page.evaluate(
    async ({ url, from }) => {
      const video = /** @type {HTMLVideoElement} */ (document.querySelector('video'));
      const { Hls } = /** @type {any} */ (globalThis);
      const hls = new Hls({ startPosition: from });
      Object.assign(globalThis, { hls, fatal: [] });
      hls.on(Hls.Events.ERROR, (/** @type {unknown} */ _, /** @type {any} */ data) => {
        if (data.fatal) /** @type {any} */ (globalThis).fatal.push(`${data.type} ${data.details}`);
      });
      hls.loadSource(url);
      hls.attachMedia(video);
      await video.play();
    },
    { url, from: breakAt - 4 },
  );
  const playing = async () =>
    page.evaluate(() => {
      const { hls, fatal } = /** @type {any} */ (globalThis);
      const video = /** @type {HTMLVideoElement} */ (document.querySelector('video'));
      return { at: video.currentTime, dateMs: hls.playingDate?.getTime(), fatal };
    });
  const first = await playing();
  assert.ok(first.at < breakAt, `begins before the break: ${first.at} s`);
  const { at, dateMs } = await until(
    'it plays well behind the break',
    async () => {
      const now = await playing();
      assert.deepEqual(now.fatal, []);
      if (now.at < breakAt + 5) throw new Error(`at ${now.at} s, the break is at ${breakAt} s`);
      return now;
    },
    { within: 30_000 },
  );
  await picturesMove(page.locator('video'));
  const expectedMs = /** @type {number} */ (shownMs) + (at - breakAt) * 1000;
  assert.ok(Math.abs(dateMs - expectedMs) < 500, `shows ${dateMs}, should be ${expectedMs}`);
  await scene.screenshot(page, 'recording-across-a-break');
  console.log(`── hls.js plays from ${first.at.toFixed(1)} s across the break at ${breakAt.toFixed(1)} s`);
}

/**
 * @param {Recorded} of @param {import('../harness/recording.js').Account} account
 * @param {number[]} offsets by how much the sound is late in what was recorded, before the break and behind it
 * @param {string} folder
 */
async function exportsMatch(of, account, offsets, folder) {
  const [first, second] = account.footage.slice(0, 2);
  assert.ok(first && second, account.line);

  // Whole footage, beginning and ending anywhere; and one that goes over the break, which is squeezed out.
  const inner = /** @type {const} */ ([first[0] + 3_300, first[1] - 3_700]);
  const over = /** @type {const} */ ([first[1] - 11_000, second[0] + 11_000]);
  for (const [[fromMs, toMs], wantedMs] of /** @type {const} */ ([
    [inner, inner[1] - inner[0]],
    [over, 22_000],
  ])) {
    const { url } = await of.exported(fromMs, toMs);
    const file = await download(url, path.join(folder, `${fromMs}.mp4`));
    const { format, streams } = await examine(file);
    assert.match(format.format_name, /mp4/);
    const lengthMs = Number(format.duration) * 1000;
    assert.ok(Math.abs(lengthMs - wantedMs) <= GOP_MS, `${lengthMs} ms of MP4 for ${wantedMs} ms of footage`);
    const [video, audio] = ['video', 'audio'].map((type) => streams.find(({ codec_type }) => codec_type === type));
    assert.ok(video && audio, 'picture and sound');
    const ends = [video, audio].map(({ start_time, duration }) => Number(start_time) + Number(duration));
    assert.ok(Math.abs(/** @type {number} */ (ends[0]) - /** @type {number} */ (ends[1])) < 0.3, `ends ${ends}`);

    const claps = await clapOffsets(file);
    assert.ok(claps.length >= wantedMs / 2000 - 2, `${claps.length} claps in ${lengthMs} ms`);
    // Around the break it is not certain to which side a clap belongs.
    const off = claps.flatMap(({ at, offset }) => {
      if (fromMs === over[0] && at > 9 && at < 14) return [];
      return [offset - (offsets[fromMs === over[0] && at >= 14 ? 1 : 0] ?? Number.NaN)];
    });
    const worst = Math.max(...off.map(Math.abs));
    assert.ok(worst <= IN_STEP_SECONDS, `out of step by ${JSON.stringify(off)}`);
    console.log(
      `── export of ${(wantedMs / 1000).toFixed(1)} s: ${(lengthMs / 1000).toFixed(2)} s long, ` +
        `${claps.length} claps, sound off by ${(worst * 1000).toFixed(0)} ms at most`,
    );
  }
}

/** In two pieces, as after a break of the connection; and it is the same as in one. @param {string} url @param {string} to */
async function download(url, to) {
  const whole = await fetch(url);
  assert.equal(whole.status, 200);
  const bytes = Buffer.from(await whole.arrayBuffer());
  assert.equal(Number(whole.headers.get('content-length')), bytes.length);
  const etag = whole.headers.get('etag') ?? '';
  const middle = Math.floor(bytes.length / 3);
  const pieces = [];
  for (const range of [`bytes=0-${middle - 1}`, `bytes=${middle}-`]) {
    const piece = await fetch(url, { headers: { range, 'if-range': etag } });
    assert.equal(piece.status, 206);
    pieces.push(Buffer.from(await piece.arrayBuffer()));
  }
  const hash = (/** @type {Buffer} */ data) => createHash('sha256').update(data).digest('hex');
  assert.equal(hash(Buffer.concat(pieces)), hash(bytes), 'a resumed download is the same file');
  await writeFile(to, bytes);
  const head = (await readFile(to)).subarray(0, 200_000_000);
  assert.ok(head.indexOf('moov') < head.indexOf('mdat'), 'it can be played while it is loaded');
  return to;
}

/** @param {number[]} values */
function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

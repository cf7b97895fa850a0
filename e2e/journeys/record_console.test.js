import assert from 'node:assert/strict';
import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { Console } from '../harness/console.js';
import { GOP_SECONDS, examine } from '../harness/media.js';
import { picturesMove, readClock } from '../harness/picture.js';
import { Recorded, time } from '../harness/recording.js';
import { journey } from '../harness/scene.js';
import { Timeline } from '../harness/timeline.js';
import { until } from '../harness/wait.js';

const DAY_MS = 24 * 3600 * 1000;
/** Footage that there must be, at least. */
const FOOTAGE_MS = 14_000;

journey(
  'a person has a channel recorded, finds a moment on the timeline, takes it home and shares it',
  async (scene) => {
    const { ovc, device } = await withDevice(scene, 'Front door', 1);
    const console = await Console.open(scene, ovc, { acceptDownloads: true });
    const { page } = console;
    await console.openDevice('Front door');

    await console.openTab('recording-plan');
    await page.getByTestId('plan-mode').getByText('Always').click();
    await page.getByTestId('plan-save').click();
    const door = new Recorded(ovc, device.login_code);
    const since = await until('it is recorded', async () => (await door.state()).state.since);
    const beganMs = Date.parse(since);
    await scene.screenshot(page, 'recording-plan');
    const account = await door.has(beganMs, FOOTAGE_MS + 2_000);

    // The picture has a clock in it: what is shown is what the time above it says.
    await page.goto(`${ovc.url}/devices/${device.login_code}/recordings?at=${time(beganMs + 4_000)}`);
    const player = page.getByTestId('recording-player');
    const video = player.locator('video').first();
    await page.locator('[data-testid=recording-player][data-state=ready]').waitFor();
    const play = page.getByTestId('recording-play');
    if ((await play.getAttribute('data-playing')) !== 'true') await play.click();
    await picturesMove(video);
    await play.click();
    const said = async () => Number(await page.getByTestId('recording-at').getAttribute('data-at'));
    const { shown, at } = await until('the clock in the picture is readable', async () => {
      const before = await said();
      const read = await readClock(video);
      return read && before === (await said()) ? { shown: read.shownMs, at: before } : undefined;
    });
    assert.ok(Math.abs(apart(shown, at)) < 1_000, `the picture is of ${apart(shown, at)} ms after what is said`);
    await scene.screenshot(page, 'recordings');
    assert.ok(at > beganMs + 3_000, `plays at ${time(at)}`);

    // A picture on.
    await page.getByTestId('next-frame').click();
    await until('it is a picture later', async () => (await said()) > at);

    // Home, from one whole second to another: times are typed by these.
    const [begin = Number.NaN] = account.footage[0] ?? [];
    const fromMs = Math.ceil(begin / 1000) * 1000 + 2_000;
    const seconds = 9;
    await page.getByTestId('open-export').click();
    await page.getByTestId('range-input-from').fill(typed(fromMs));
    await page.getByTestId('range-input-to').fill(typed(fromMs + seconds * 1000));
    await page.getByTestId('range-length').getByText(`${seconds} sec`).waitFor();
    const downloading = page.waitForEvent('download');
    await page.getByTestId('export-start').click();
    const download = await downloading;
    assert.match(download.suggestedFilename(), /^Front door .*\.mp4$/);
    const file = path.join(await scene.folder(), 'home.mp4');
    await download.saveAs(file);
    await page.getByTestId('export-done').waitFor();
    const { format } = await examine(file);
    assert.match(format.format_name, /mp4/);
    const off = Number(format.duration) - seconds;
    assert.ok(Math.abs(off) <= GOP_SECONDS, `${format.duration} s of MP4 for a range of ${seconds} s`);
    await scene.screenshot(page, 'recording-export');
    await page.getByTestId('range-close').click();

    // Locked, under a name.
    await page.getByTestId('open-lock').click();
    await page.getByTestId('clip-name').fill('Who was it?');
    await page.getByTestId('clip-submit').click();
    await until('the clip is there', async () => {
      const { items, clips } = await ovc.api('GET', `${door.route}/recordings/clips`);
      return (items ?? clips).some((/** @type {{ name: string }} */ { name }) => name === 'Who was it?');
    });

    // And shown to somebody without an account.
    await page.getByTestId('open-share').click();
    await page.getByTestId('share-name').fill('For the neighbour');
    await page.getByTestId('share-submit').click();
    const link = await page.getByTestId('share-link').innerText();
    const neighbour = await scene.page();
    await neighbour.goto(link);
    await neighbour.getByTestId('share-title').getByText('For the neighbour').waitFor();
    // Without a click there is a picture, not the reason why there is none.
    await neighbour.locator('[data-testid=recording-player][data-state=ready]').waitFor();
    const start = neighbour.getByTestId('recording-play');
    if ((await start.getAttribute('data-playing')) !== 'true') await start.click();
    await neighbour.locator('[data-testid=recording-player][data-state=ready]').waitFor();
    await picturesMove(neighbour.getByTestId('recording-player').locator('video').first());
    await scene.screenshot(neighbour, 'share');
  },
  { within: 150_000 },
);

journey(
  'several channels are played in step, on one timeline that is zoomed and dragged, and faster',
  async (scene) => {
    const CHANNELS = [0, 1, 2, 3];
    const { ovc, device } = await withDevice(scene, 'Recorder', CHANNELS.length);
    const channels = CHANNELS.map((channel) => new Recorded(ovc, device.login_code, channel));
    const began = await Promise.all(channels.map((channel) => channel.begin()));
    const accounts = await Promise.all(channels.map((channel, at) => channel.has(began[at] ?? 0, FOOTAGE_MS)));
    // Nothing is on its way any more.
    await Promise.all(channels.map((channel) => channel.end()));
    const begin = Math.max(...accounts.map(({ footage }) => footage[0]?.[0] ?? Number.NaN));
    const end = Math.min(...accounts.map(({ footage }) => footage[0]?.[1] ?? Number.NaN));
    assert.ok(end - begin > 11_000, `of all of them there is footage from ${time(begin)} to ${time(end)}`);

    const { page } = await Console.open(scene, ovc);
    const query = CHANNELS.map((channel) => `c=${device.login_code}:${channel}`).join('&');
    await page.goto(`${ovc.url}/playback?${query}&at=${time(begin + 1_500)}`);
    const panes = page.getByTestId('recording-player');
    const ready = async () => {
      const states = await panes.evaluateAll((all) => all.map((pane) => pane.getAttribute('data-state')));
      return states.length === CHANNELS.length && states.every((state) => state === 'ready');
    };
    await until('there are four pictures', ready, { within: 20_000 });
    const boxes = await Promise.all(CHANNELS.map((channel) => panes.nth(channel).boundingBox()));
    const corners = (/** @type {'x' | 'y'} */ side) => new Set(boxes.map((box) => Math.round(box?.[side] ?? 0))).size;
    assert.deepEqual([corners('x'), corners('y')], [2, 2], 'they stand two by two');

    const timeline = new Timeline(page, CHANNELS.length);
    /** By how much the picture of each channel is behind the time that is said, once all of them can be read. @param {number} rate */
    const behind = (rate) =>
      until(
        'the clocks in all pictures are readable',
        async () => {
          if (!(await ready())) throw new Error('not all pictures are there');
          const at = await timeline.said();
          const read = await Promise.all(CHANNELS.map((nth) => readClock(panes.nth(nth).locator('video').first())));
          const clocks = read.filter((clock) => clock !== undefined);
          if (clocks.length < CHANNELS.length) throw new Error(`${clocks.length} clocks`);
          // They are read one after the other.
          return clocks.map(({ shownMs, nowMs }) => (nowMs - (clocks[0]?.nowMs ?? 0)) * rate - apart(shownMs, at));
        },
        { every: 200 },
      );
    /** @param {string} when @param {number} [rate] */
    const areInStep = async (when, rate = 0) => {
      const ms = await behind(rate);
      const spread = Math.max(...ms) - Math.min(...ms);
      assert.ok(spread <= 600, `${when}, the pictures are ${spread} ms apart: ${ms}`);
      assert.ok(Math.max(...ms.map(Math.abs)) < 1_200, `${when}, they are behind what is said by ${ms} ms`);
    };

    // Running, and standing.
    const play = page.getByTestId('recording-play');
    await play.click();
    await until('it plays', async () => (await timeline.said()) > begin + 3_000);
    await areInStep('running', 1);
    await play.click();
    await areInStep('standing');

    // Nearer by the wheel: what is under the pointer stays there. By buttons, nearer and wider again.
    const middle = (begin + end) / 2;
    const { x } = await timeline.place(middle);
    await timeline.zoomIn(middle, 20 * 60_000);
    const moved = (await timeline.place(middle)).x - x;
    assert.ok(Math.abs(moved) < 15, `under the wheel the timeline moved by ${moved} pixels`);
    await page.getByTestId('zoom-minutes').click();
    for (const [button, seconds] of /** @type {const} */ ([
      ['zoom-in', 150],
      ['zoom-in', 75],
      ['zoom-out', 150],
      ['zoom-in', 75],
    ])) {
      await page.getByTestId(button).click();
      await until(`${seconds} s are in view`, async () => {
        const { from, to } = await timeline.view();
        return Math.abs(to - from - seconds * 1000) < 10;
      });
    }
    const { from, to } = await timeline.view();
    assert.ok(from < begin && to > end, `in view are ${time(from)} to ${time(to)}`);

    // To another moment.
    const wanted = begin + 8_000;
    const pixelMs = await timeline.drag(begin + 1_000, wanted);
    await until('it is where it was dragged to', async () => {
      const off = (await timeline.said()) - wanted;
      if (Math.abs(off) > 3 * pixelMs + 50) throw new Error(`${off} ms off`);
      return true;
    });
    await areInStep('dragged to another moment');

    // Under the pointer there is a picture of that time and channel.
    const pointed = begin + 5_000;
    await timeline.point(pointed, 2);
    const tip = page.getByTestId('timeline-tip');
    await tip.getByText('Recorder 2', { exact: true }).waitFor();
    const preview = page.locator('[data-testid=timeline-preview][data-shown=true]');
    await preview.waitFor();
    const previewed = await until('its clock is readable', () => readClock(preview));
    // Of the keyframe before that second.
    const early = -apart(previewed.shownMs, pointed);
    assert.ok(early > -1_000 && early < GOP_SECONDS * 1000 + 2_000, `the preview is of ${early} ms before`);
    await scene.screenshot(page, 'recordings-in-step');

    // Faster.
    await page.getByTestId('speed').click();
    await page.getByTestId('speed-4').click();
    const pace = await until(
      'it plays about four times as fast',
      async () => {
        if ((await play.getAttribute('data-playing')) === 'true') await play.click();
        await timeline.drag(begin + 3_000, begin + 500);
        await until('the pictures are there', ready);
        await play.click();
        await until('it plays', async () => (await timeline.said()) > begin + 1_500);
        const paces = await paceOf(page, 1_500);
        // A computer that is busy just then waits for its pictures.
        if (paces < 3.2 || paces > 4.8) throw new Error(`it plays ${paces.toFixed(2)} times as fast`);
        return paces;
      },
      { within: 40_000 },
    );
    if ((await play.getAttribute('data-playing')) === 'true') await play.click();
    await areInStep('after four times the speed');
    console.log(`── four channels in step at ${pace.toFixed(2)} times the speed`);

    await passesOverWhatIsGone(page, ovc, /** @type {Recorded} */ (channels[0]), begin, end);
  },
  { within: 180_000 },
);

/**
 * A segment whose file is gone is asked for once, and what is around it is seen.
 *
 * @param {import('playwright-core').Page} page @param {import('../harness/ovc.js').Ovc} ovc
 * @param {Recorded} of @param {number} begin @param {number} end
 */
async function passesOverWhatIsGone(page, ovc, of, begin, end) {
  const { segments } = await of.playlist(begin, end);
  const gone = segments[3];
  const goneMs = gone?.atMs;
  const next = segments[4]?.atMs;
  assert.ok(gone && goneMs && next, `${segments.length} segments`);
  // Its tag is its name in the store.
  const { headers } = await fetch(gone.uri, { method: 'HEAD' });
  const key = JSON.parse(headers.get('etag') ?? '""');
  const store = path.join(ovc.folder, 'data/blobs');
  const file = (await readdir(store, { recursive: true })).find((name) => path.basename(name) === key);
  assert.ok(file, `${key} is in ${store}`);
  await rm(path.join(store, file));
  assert.equal((await fetch(gone.uri)).status, 404);

  const name = path.basename(new URL(gone.uri).pathname);
  let asked = 0;
  page.on('request', (request) => {
    if (new URL(request.url()).pathname.endsWith(`/${name}`)) asked += 1;
  });
  await page.goto(`${ovc.url}/playback?c=${of.code}:${of.channel}&at=${time(goneMs - 2_500)}`);
  const timeline = new Timeline(page);
  await page.locator('[data-testid=recording-player][data-state=ready]').waitFor();
  await until('the segment is asked for', () => asked > 0);
  const play = page.getByTestId('recording-play');
  if ((await play.getAttribute('data-playing')) !== 'true') await play.click();
  await until('it plays behind what is gone', async () => (await timeline.said()) > next + 1_000);
  await page.locator('[data-testid=recording-player][data-state=ready]').waitFor();
  await picturesMove(page.locator('[data-testid=recording-player] video').first(), { times: 2 });
  assert.equal(asked, 1, 'what is gone is asked for once');
}

/**
 * A cloud that cuts recordings into pieces of two seconds, and a device of so many channels that are test patterns.
 *
 * @param {import('../harness/scene.js').Scene} scene @param {string} name @param {number} channels
 */
async function withDevice(scene, name, channels) {
  const ovc = await scene.ovc({ config: '[recording]\nsegment_duration = "2s"\nsegment_max_count = 5\n' });
  const device = await ovc.addDevice({ name });
  await scene.ovd({ device, sources: Array.from({ length: channels }, () => 'test') });
  await ovc.online(device.login_code);
  return { ovc, device };
}

/** By how much a clock, which knows only the time of the UTC day, is after a time. @param {number} shownMs @param {number} at */
function apart(shownMs, at) {
  return ((shownMs - (at % DAY_MS) + DAY_MS * 1.5) % DAY_MS) - DAY_MS / 2;
}

/** As it is typed into the browser, whose zone is that of here, and which leaves out seconds that are none. @param {number} ms */
function typed(ms) {
  const local = new Date(ms - new Date(ms).getTimezoneOffset() * 60_000).toISOString();
  return local.slice(0, local.endsWith(':00.000Z') ? 16 : 19);
}

/** How many times as fast as the clock on the wall the time shown goes. @param {import('playwright-core').Page} page @param {number} ms */
async function paceOf(page, ms) {
  return page.getByTestId('recording-at').evaluate(async (element, ms) => {
    const now = () => ({ at: Number(element.getAttribute('data-at')), wall: performance.now() });
    const first = now();
    await new Promise((resolve) => setTimeout(resolve, ms));
    const last = now();
    return (last.at - first.at) / (last.wall - first.wall);
  }, ms);
}

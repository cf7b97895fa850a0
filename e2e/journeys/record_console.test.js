import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Console } from '../harness/console.js';
import { examine } from '../harness/media.js';
import { picturesMove, readClock } from '../harness/picture.js';
import { Recorded, time } from '../harness/recording.js';
import { journey } from '../harness/scene.js';
import { until } from '../harness/wait.js';

const DAY_MS = 24 * 3600 * 1000;

journey(
  'a person has a channel recorded, finds a moment on the timeline, takes it home and shares it',
  async (scene) => {
    const ovc = await scene.ovc({ config: '[recording]\nsegment_duration = "2s"\nsegment_max_count = 5\n' });
    const device = await ovc.addDevice({ name: 'Front door' });
    await scene.ovd({ device });
    await ovc.online(device.login_code);
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
    await door.has(beganMs, 16_000);

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
    const off = ((shown - (at % DAY_MS) + DAY_MS * 1.5) % DAY_MS) - DAY_MS / 2;
    assert.ok(Math.abs(off) < 1_000, `the picture is of ${off} ms after what is said`);
    await scene.screenshot(page, 'recordings');
    assert.ok(at > beganMs + 3_000, `plays at ${time(at)}`);

    // A picture on.
    await page.getByTestId('next-frame').click();
    await until('it is a picture later', async () => (await said()) > at);

    // Home.
    await page.getByTestId('open-export').click();
    await page.getByTestId('export-start').click();
    await page.getByTestId('export-done').waitFor();
    const href = await page.getByTestId('export-link').getAttribute('href');
    const file = path.join(await scene.folder(), 'home.mp4');
    const response = await fetch(new URL(href ?? '', ovc.url));
    assert.equal(response.status, 200);
    await writeFile(file, Buffer.from(await response.arrayBuffer()));
    const { format } = await examine(file);
    assert.ok(Number(format.duration) > 2, `${format.duration} s of MP4`);
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
    // The link begins before the footage does: playing goes there.
    const start = neighbour.getByTestId('recording-play');
    if ((await start.getAttribute('data-playing')) !== 'true') await start.click();
    await neighbour.locator('[data-testid=recording-player][data-state=ready]').waitFor();
    await picturesMove(neighbour.getByTestId('recording-player').locator('video').first());
    await scene.screenshot(neighbour, 'share');
  },
  { within: 150_000 },
);

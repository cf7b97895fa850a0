import assert from 'node:assert/strict';
import { Console } from '../harness/console.js';
import { clockIsNow, picturesMove } from '../harness/picture.js';
import { journey } from '../harness/scene.js';
import { until } from '../harness/wait.js';

journey('a recorder with three channels shows all three', async (scene) => {
  const ovc = await scene.ovc();
  const device = await ovc.addDevice({ name: 'Recorder' });
  await scene.ovd({ device, sources: ['test', 'test', 'test'] });
  await ovc.online(device.login_code);

  const console = await Console.open(scene, ovc, { viewport: { width: 1600, height: 1000 } });
  await console.openDevice('Recorder');
  await until('there are three pictures', async () => (await console.page.locator('video').count()) === 3);
  for (const channel of [0, 1, 2]) {
    await picturesMove(console.video(channel));
    await clockIsNow(console.video(channel));
  }
  await scene.screenshot(console.page, 'three-channels');

  const { channels } = await ovc.device(device.login_code);
  assert.deepEqual(
    channels.map((/** @type {{ channel: number }} */ { channel }) => channel),
    [0, 1, 2],
  );
  const streams = new Set(channels.map((/** @type {{ stream_id: string }} */ { stream_id }) => stream_id));
  assert.equal(streams.size, 3, 'each channel has a stream of its own');
});

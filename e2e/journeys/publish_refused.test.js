// Nobody publishes but the device that was asked to, while it is asked to.

import assert from 'node:assert/strict';
import { ScriptedDevice } from '../harness/device.js';
import { publish } from '../harness/publisher.js';
import { journey } from '../harness/scene.js';
import { FlvViewer } from '../harness/viewer.js';
import { until } from '../harness/wait.js';

/** @typedef {import('../harness/scene.js').Scene} Scene */

/** A device asked to publish, and the URL it was given. @param {Scene} scene */
async function askedToPublish(scene) {
  const ovc = await scene.ovc({ config: '[live]\nlinger = "1s"\n' });
  const credentials = await ovc.addDevice();
  const device = await ScriptedDevice.login(scene, credentials);
  await ovc.online(credentials.login_code);
  const opening = ovc.live(credentials.login_code);
  opening.catch(() => {});
  const { url, stream_id } = await device.asked('LivePublish');
  return { ovc, device, opening, url: String(url), streamId: String(stream_id) };
}

/** ffmpeg gives up because the other side refuses. @param {Scene} scene @param {string} url @param {string} whose */
async function isRefused(scene, url, whose) {
  const publisher = publish(scene, url);
  const { code } = await until(`ffmpeg, ${whose}, is turned away`, () => publisher.ended, { within: 10_000 });
  assert.notEqual(code, 0, `ffmpeg, ${whose}, published`);
}

journey('a guessed publish URL is refused', async (scene) => {
  const { ovc, opening, url, streamId } = await askedToPublish(scene);
  const base = `rtmp://127.0.0.1:${ovc.rtmpPort}/live`;
  const last = url.at(-1) === 'A' ? 'B' : 'A';
  await isRefused(scene, `${base}/${streamId}`, 'without a token');
  await isRefused(scene, `${base}/camera?token=guess`, 'at a guessed name');
  await isRefused(scene, `${base}/another${new URL(url).search}`, 'with the token of another stream');
  await isRefused(scene, `${url.slice(0, -1)}${last}`, 'with a forged token');
  // And the true one is taken: it is not that nothing is.
  publish(scene, url);
  await FlvViewer.open(scene, (await opening).play.flv);
});

journey('nobody publishes beside the live publisher', async (scene) => {
  const { opening, url } = await askedToPublish(scene);
  publish(scene, url);
  const viewer = await FlvViewer.open(scene, (await opening).play.flv);
  await isRefused(scene, url, 'beside the live publisher');
  await viewer.playsOn();
});

journey('nobody publishes after LiveStop', async (scene) => {
  const { device, opening, url, streamId } = await askedToPublish(scene);
  const publisher = publish(scene, url);
  const viewer = await FlvViewer.open(scene, (await opening).play.flv);
  await viewer.close();
  const stopped = await device.asked('LiveStop');
  assert.equal(stopped.stream_id, streamId);
  // The device of this journey does not obey, so the cloud ends its push itself.
  await until('the disobedient publisher is cut off', () => publisher.ended, { within: 20_000 });
  await isRefused(scene, url, 'after LiveStop');
});

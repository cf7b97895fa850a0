import assert from 'node:assert/strict';
import { probe } from '../harness/media.js';
import { journey } from '../harness/scene.js';

/** @typedef {import('../harness/scene.js').Scene} Scene */

/**
 * A cloud with one device whose channel 0 is the camera, and what ffprobe finds at its play URL.
 *
 * @param {Scene} scene @param {Parameters<Scene['camera']>[0]} options
 */
async function probed(scene, options) {
  const [ovc, camera] = await Promise.all([scene.ovc(), scene.camera(options)]);
  const device = await ovc.addDevice({ name: 'Yard' });
  await scene.ovd({ device, sources: [camera.url] });
  await ovc.online(device.login_code);
  const { play } = await ovc.live(device.login_code);
  const streams = await probe(play.flv);
  return {
    video: streams.find(({ codec_type }) => codec_type === 'video'),
    audio: streams.find(({ codec_type }) => codec_type === 'audio'),
  };
}

journey('an RTSP camera with a password plays as H.264 and AAC', async (scene) => {
  const { video, audio } = await probed(scene, { video: 'h264', audio: 'aac' });
  assert.equal(video?.codec_name, 'h264');
  assert.deepEqual([video?.width, video?.height], [640, 360]);
  assert.equal(audio?.codec_name, 'aac');
  assert.deepEqual([audio?.sample_rate, audio?.channels], ['44100', 2]);
});

journey('a camera that speaks G.711 is heard as AAC', async (scene) => {
  const { video, audio } = await probed(scene, { video: 'h264', audio: 'pcma' });
  assert.equal(video?.codec_name, 'h264');
  assert.equal(audio?.codec_name, 'aac');
});

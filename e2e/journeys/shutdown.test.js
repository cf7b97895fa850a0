import assert from 'node:assert/strict';
import { journey } from '../harness/scene.js';
import { FlvViewer } from '../harness/viewer.js';
import { until } from '../harness/wait.js';

journey('SIGTERM ends the cloud in time and in order, with a device and a viewer connected', async (scene) => {
  const ovc = await scene.ovc();
  const device = await ovc.addDevice();
  const ovd = await scene.ovd({ device });
  await ovc.online(device.login_code);
  const { play } = await ovc.live(device.login_code);
  const viewer = await FlvViewer.open(scene, play.flv);

  assert.deepEqual(await ovc.process.stop({ within: 11_000 }), { code: 0, signal: null });
  await until('the viewer is told', () => viewer.ended);

  // The device tries again by itself, and so does the agent end in order.
  await ovc.start();
  await ovc.online(device.login_code);
  assert.deepEqual(await ovd.stop(), { code: 0, signal: null });
});

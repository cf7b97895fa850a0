import assert from 'node:assert/strict';
import { journey } from '../harness/scene.js';
import { FlvViewer } from '../harness/viewer.js';
import { until } from '../harness/wait.js';

journey('two viewers share one push, which ends a while after the last has left', async (scene) => {
  const ovc = await scene.ovc({ config: '[live]\nlinger = "2s"\n' });
  const device = await ovc.addDevice();
  await scene.ovd({ device });
  await ovc.online(device.login_code);

  const first = await ovc.live(device.login_code);
  const second = await ovc.live(device.login_code);
  assert.equal(second.stream_id, first.stream_id);
  const viewers = [await FlvViewer.open(scene, first.play.flv), await FlvViewer.open(scene, second.play.flv)];
  await until('both are counted', async () => (await ovc.stream(first.stream_id))?.viewers === 2);

  await viewers[0].close();
  await viewers[1].playsOn();
  assert.ok(await ovc.stream(first.stream_id), 'the stream runs on for the other');

  await viewers[1].close();
  await until('the stream ends', async () => !(await ovc.stream(first.stream_id)));
  await until('the device has stopped', async () => {
    const { channels } = await ovc.device(device.login_code);
    return channels.length === 1 && !channels[0].stream_id;
  });

  const again = await ovc.live(device.login_code);
  assert.notEqual(again.stream_id, first.stream_id);
  await FlvViewer.open(scene, again.play.flv);
});

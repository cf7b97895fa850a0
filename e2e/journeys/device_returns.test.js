import assert from 'node:assert/strict';
import { Console } from '../harness/console.js';
import { clockIsNow, picturesMove } from '../harness/picture.js';
import { journey } from '../harness/scene.js';
import { FlvViewer } from '../harness/viewer.js';

journey('a device that dies and returns brings its picture back to who watches', async (scene) => {
  const ovc = await scene.ovc();
  const device = await ovc.addDevice({ name: 'Front door' });
  const ovd = await scene.ovd({ device });
  await ovc.online(device.login_code);
  const console = await Console.open(scene, ovc);
  await console.openDevice('Front door');
  await picturesMove(console.video());
  await console.mark();
  const { play } = await ovc.live(device.login_code);
  const viewer = await FlvViewer.open(scene, play.flv);

  await ovd.kill();
  await console.page
    .getByText(/Waiting for it to return/)
    .first()
    .waitFor();
  await scene.screenshot(console.page, 'device-away');
  await scene.ovd({ device });

  await clockIsNow(console.video(), { within: 30_000 });
  await picturesMove(console.video());
  assert.ok(await console.sameDocument(), 'the page was loaded anew');
  await viewer.playsOn();
});

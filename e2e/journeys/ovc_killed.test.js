import assert from 'node:assert/strict';
import { Console } from '../harness/console.js';
import { clockIsNow, picturesMove } from '../harness/picture.js';
import { journey } from '../harness/scene.js';

journey(
  'the cloud is killed and started again: the device returns and the viewer plays on',
  async (scene) => {
    const ovc = await scene.ovc();
    const device = await ovc.addDevice({ name: 'Front door' });
    await scene.ovd({ device });
    await ovc.online(device.login_code);
    const console = await Console.open(scene, ovc);
    await console.openDevice('Front door');
    await picturesMove(console.video());
    await console.mark();

    await ovc.crash();
    await ovc.start();

    // Nothing is lost: the device, its password, the viewer's session.
    await ovc.online(device.login_code);
    await clockIsNow(console.video(), { within: 60_000 });
    await picturesMove(console.video());
    assert.ok(await console.sameDocument(), 'the page was loaded anew');
  },
  { within: 120_000 },
);

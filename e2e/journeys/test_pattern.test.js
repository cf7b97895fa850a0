import { Console } from '../harness/console.js';
import { clockIsNow, picturesMove } from '../harness/picture.js';
import { journey } from '../harness/scene.js';

journey('the test pattern moves in the browser, and its clock is now', async (scene) => {
  const ovc = await scene.ovc();
  const device = await ovc.addDevice({ name: 'Front door' });
  await scene.ovd({ device });
  await ovc.online(device.login_code);

  const console = await Console.open(scene, ovc);
  await console.openDevice('Front door');
  await picturesMove(console.video());
  await clockIsNow(console.video(), { limitMs: 2000 });
  await scene.screenshot(console.page, 'live');
});

import { Console } from '../harness/console.js';
import { clockIsNow, picturesMove } from '../harness/picture.js';
import { journey } from '../harness/scene.js';
import { until } from '../harness/wait.js';

journey('the test pattern moves in the browser, and its clock is now', async (scene) => {
  const ovc = await scene.ovc();
  const device = await ovc.addDevice({ name: 'Front door' });
  await scene.ovd({ device });
  await ovc.online(device.login_code);

  const console = await Console.open(scene, ovc);
  await console.openDevice('Front door');
  await picturesMove(console.video());
  await clockIsNow(console.video(), { limitMs: 2000 });
  await until('the console shows a delay that is true', async () => {
    const shownMs = Number(await console.player().getAttribute('data-latency-ms'));
    const readMs = await clockIsNow(console.video());
    // The clock in the picture counts tenths, and is drawn a little before the frame enters the cloud.
    return shownMs > 0 && Math.abs(shownMs - readMs) < 400;
  });
  await scene.screenshot(console.page, 'live');
});

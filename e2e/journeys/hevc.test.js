import assert from 'node:assert/strict';
import { Console } from '../harness/console.js';
import { decode } from '../harness/media.js';
import { journey } from '../harness/scene.js';

journey('an HEVC camera plays as HEVC, and a browser without it says so', async (scene) => {
  const [ovc, camera] = await Promise.all([scene.ovc(), scene.camera({ video: 'h265', audio: 'pcma' })]);
  const device = await ovc.addDevice({ name: 'HEVC camera' });
  await scene.ovd({ device, sources: [camera.url] });
  await ovc.online(device.login_code);

  const { play } = await ovc.live(device.login_code);
  const input = await decode(play.flv, 30);
  assert.match(input, /Video: hevc/);
  assert.match(input, /Audio: aac/);

  const console = await Console.open(scene, ovc);
  await console.openDevice('HEVC camera');
  await console.page.getByText(/This browser cannot play/).waitFor();
  await console.page
    .getByText(/H\.265 \(HEVC\)/)
    .first()
    .waitFor();
  await scene.screenshot(console.page, 'hevc-not-supported');
});

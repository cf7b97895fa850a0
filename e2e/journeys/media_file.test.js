import { footage } from '../harness/media.js';
import { journey } from '../harness/scene.js';
import { FlvViewer } from '../harness/viewer.js';

journey('a media file plays in a loop, in real time', async (scene) => {
  const CLIP_SECONDS = 3;
  const [ovc, file] = await Promise.all([scene.ovc(), footage('h264', 'aac', { seconds: CLIP_SECONDS, repeats: 1 })]);
  const device = await ovc.addDevice();
  await scene.ovd({ device, sources: [file] });
  await ovc.online(device.login_code);
  const { play } = await ovc.live(device.login_code);
  const viewer = await FlvViewer.open(scene, play.flv);
  const begun = { atMs: Date.now(), timeMs: viewer.timeMs };
  const past = (CLIP_SECONDS * 2 + 1) * 1000;
  await viewer.reaches('is past the end, twice', () => viewer.timeMs - begun.timeMs > past, { within: 20_000 });
  const tookMs = Date.now() - begun.atMs;
  if (tookMs < past - 2000) throw new Error(`${past} ms of video came in ${tookMs} ms`);
});

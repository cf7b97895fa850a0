import assert from 'node:assert/strict';
import { Console } from '../harness/console.js';
import { OnvifCamera } from '../harness/onvif.js';
import { journey } from '../harness/scene.js';
import { until } from '../harness/wait.js';

/** @param {number[]} vector */
const hundredths = (vector) => vector.map((value) => Math.round(value * 100));

/** A cloud with one device that has an ONVIF camera. @param {import('../harness/scene.js').Scene} scene */
async function withCamera(scene) {
  const [ovc, rtsp] = await Promise.all([scene.ovc(), scene.camera({ video: 'h264', audio: 'aac' })]);
  const camera = await OnvifCamera.start(scene, { stream: rtsp.url.replace(/\/\/.*@/, '//') });
  const device = await ovc.addDevice({ name: 'Dome' });
  const more = `onvif = { url = ${JSON.stringify(camera.url)} }`;
  const ovd = await scene.ovd({ device, sources: [rtsp.url], more });
  await ovd.logged(/ONVIF camera .*ptz: true/);
  await ovc.online(device.login_code);
  return { ovc, camera, device };
}

journey('an ONVIF camera is moved from the console', async (scene) => {
  const { ovc, camera, device } = await withCamera(scene);
  const console = await Console.open(scene, ovc);
  const { page } = console;
  await page.goto(`${ovc.url}/devices/${device.login_code}/ptz`);
  const zoomIn = page.getByTestId('ptz-zoomin');
  await zoomIn.waitFor();
  await until('the stick can be used', async () => zoomIn.isEnabled());

  // Pressed it moves, released it stops.
  await zoomIn.hover();
  await page.mouse.down();
  assert.deepEqual(hundredths((await camera.hears('move')).move), [0, 0, 50]);
  await page.mouse.up();
  assert.deepEqual((await camera.hears('stop')).stop, [true, true]);
  await page.getByTestId('player').focus();
  await page.keyboard.down('ArrowLeft');
  assert.deepEqual(hundredths((await camera.hears('move')).move), [-50, 0, 0]);
  await page.keyboard.up('ArrowLeft');
  await camera.hears('stop');
  await page.getByTestId('ptz-step-up').click();
  const [pan, tilt, zoom] = (await camera.hears('step')).step;
  assert.ok(pan === 0 && zoom === 0 && tilt > 0 && tilt < 0.3, `a small step up: ${pan} ${tilt} ${zoom}`);

  // Positions: the camera's own token behind a number.
  await page.getByTestId('preset-add').click();
  await page.getByRole('dialog').getByRole('textbox').fill('Gate');
  await page.getByRole('dialog').getByRole('button', { name: 'Store' }).click();
  const { preset_set: token } = await camera.hears('preset_set');
  await page.getByTestId('preset').getByText('Gate').click();
  assert.equal((await camera.hears('preset_gone_to')).preset_gone_to, token);
  await scene.screenshot(page, 'onvif-ptz');
});

journey('what moves before an ONVIF camera becomes an alarm, and ends', async (scene) => {
  const { ovc, camera, device } = await withCamera(scene);
  await camera.hears('subscribed');
  camera.setMotion(true);
  const alarms = async () => (await ovc.api('GET', `/alarms?login_code=${device.login_code}`)).items;
  const begun = await until('an alarm begins', async () =>
    (await alarms()).find((/** @type {any} */ alarm) => alarm.type === 3),
  );
  assert.equal(begun.end_at, undefined);
  camera.setMotion(false);
  await until('the alarm ends', async () => (await alarms()).some((/** @type {any} */ alarm) => alarm.end_at));
});

journey('the test pattern has a lens', async (scene) => {
  const ovc = await scene.ovc();
  const device = await ovc.addDevice({ name: 'Demo' });
  await scene.ovd({ device });
  await ovc.online(device.login_code);
  const ptz = (/** @type {object} */ body) => ovc.api('POST', `/devices/${device.login_code}/channels/0/ptz`, body);
  const console = await Console.open(scene, ovc);
  const { page } = console;
  await page.goto(`${ovc.url}/devices/${device.login_code}/ptz`);
  await until('it plays', async () => (await console.player().getAttribute('data-state')) === 'playing');
  /** The brightness of the picture's upper left corner: the first bar, grey of 75 %, or the chart. */
  const corner = () =>
    console.video().evaluate((/** @type {HTMLVideoElement} */ video) => {
      const canvas = document.createElement('canvas');
      [canvas.width, canvas.height] = [64, 36];
      const context = canvas.getContext('2d');
      context?.drawImage(video, 0, 0, 64, 36);
      const [r = 0, g = 0, b = 0] = context?.getImageData(2, 2, 1, 1).data ?? [];
      return [r, g, b];
    });
  await until('the grey bar is seen', async () => (await corner()).every((value) => value > 150));
  await ptz({ op: 'left_step', value: 100 });
  await until('the chart is seen', async () => (await corner()).some((value) => value < 110));
  await ptz({ op: 'right_step', value: 100 });
  await until('the grey bar is seen again', async () => (await corner()).every((value) => value > 150));
});

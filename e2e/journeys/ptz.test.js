import assert from 'node:assert/strict';
import { Console } from '../harness/console.js';
import { ScriptedDevice } from '../harness/device.js';
import { journey } from '../harness/scene.js';
import { until } from '../harness/wait.js';

/** What the camera was told, in short. @param {ScriptedDevice} device */
const told = (device) => device.events('CtrlPTZ').map(({ op, value }) => (value === undefined ? op : `${op} ${value}`));

/** Waits for what the camera is told next, and for nothing else. @param {ScriptedDevice} device @param {string[]} expected */
async function isTold(device, expected) {
  await until(`the camera is told ${expected.join(', ')}`, () => told(device).length >= expected.length);
  assert.deepEqual(told(device), expected);
  device.received.length = 0;
}

journey('a camera is turned by hand and by keys: press and release reach it in order', async (scene) => {
  const ovc = await scene.ovc();
  const credentials = await ovc.addDevice({ name: 'Gate' });
  const device = await ScriptedDevice.login(scene, credentials, {
    GetCap: { ptz: true },
    GetPTZPresetList: [{ id: 1 }, { id: 7 }],
  });
  await ovc.online(credentials.login_code);

  const console = await Console.open(scene, ovc);
  const { page } = console;
  await console.openDevice('Gate');
  await page.getByRole('link', { name: 'Pan and zoom' }).click();
  const pad = page.getByTestId('ptz-pad');
  /** A point of the pad, in parts of its size from its corner. @param {number} x @param {number} y */
  const at = async (x, y) => {
    await pad.scrollIntoViewIfNeeded();
    const box = await pad.boundingBox();
    assert.ok(box);
    return /** @type {[number, number]} */ ([box.x + box.width * x, box.y + box.height * y]);
  };

  // The stick: pressed at the right edge, drawn to the bottom, let go outside the pad.
  await page.mouse.move(...(await at(0.98, 0.5)));
  await page.mouse.down();
  await isTold(device, ['right 50']);
  await page.mouse.move(...(await at(0.5, 0.98)));
  await isTold(device, ['down 50']);
  await page.mouse.move(...(await at(0.5, 3)));
  await page.mouse.up();
  await isTold(device, ['stop']);

  // A tap is over sooner than the cloud answers: it moves all the same, and stops.
  await page.mouse.click(...(await at(0.02, 0.5)));
  await isTold(device, ['left 50', 'stop']);

  // Keys, two at once for a diagonal; a held key says nothing more.
  await page.getByTestId('player').focus();
  await page.keyboard.down('ArrowUp');
  await page.keyboard.down('ArrowUp');
  await page.keyboard.down('ArrowRight');
  await isTold(device, ['up 50', 'upright 50']);
  await page.keyboard.up('ArrowUp');
  await page.keyboard.up('ArrowRight');
  await isTold(device, ['right 50', 'stop']);
  await page.keyboard.press('+');
  await isTold(device, ['zoomin 50', 'stop']);
  await page.keyboard.press('Shift+ArrowLeft');
  await isTold(device, ['left_step 20']);

  // Whatever takes the page out of one's hands lets go.
  await page.mouse.move(...(await at(0.5, 0.02)));
  await page.mouse.down();
  await isTold(device, ['up 50']);
  await page.evaluate(() => globalThis.dispatchEvent(new Event('blur')));
  await isTold(device, ['stop']);
  await page.mouse.move(...(await at(0.5, 0.1)));
  await page.mouse.up();

  // Steps and positions.
  await page.getByTestId('ptz-step-downleft').click();
  await isTold(device, ['downleft_step 20']);
  await page.getByTestId('preset').getByText('Position 7').click();
  await isTold(device, ['goto_preset 7']);
  await scene.screenshot(page, 'ptz');

  // Leaving the page in the middle of a movement stops it.
  await page.mouse.move(...(await at(0.98, 0.5)));
  await page.mouse.down();
  await isTold(device, ['right 50']);
  await page.goto('about:blank');
  await isTold(device, ['stop']);
});

journey('a stop is brought to the camera although the cloud does not take it at first', async (scene) => {
  const ovc = await scene.ovc();
  const credentials = await ovc.addDevice({ name: 'Gate' });
  const device = await ScriptedDevice.login(scene, credentials, { GetCap: { ptz: true }, GetPTZPresetList: [] });
  await ovc.online(credentials.login_code);
  const console = await Console.open(scene, ovc);
  const { page } = console;
  await page.goto(`${ovc.url}/devices/${credentials.login_code}/ptz`);
  await page.getByTestId('ptz-zoomin').waitFor();

  let refused = 0;
  await page.route('**/ptz', async (route) => {
    const isStop = route.request().postDataJSON().op === 'stop';
    if (!isStop || refused >= 2) return route.continue();
    refused += 1;
    return refused === 1 ? route.abort() : route.fulfill({ status: 503 });
  });
  const button = page.getByTestId('ptz-zoomin');
  await button.hover();
  await page.mouse.down();
  await isTold(device, ['zoomin 50']);
  await page.mouse.up();
  await isTold(device, ['stop']);
  assert.equal(refused, 2);
});

journey('a camera that cannot be turned says so', async (scene) => {
  const ovc = await scene.ovc();
  const credentials = await ovc.addDevice({ name: 'Fixed' });
  await ScriptedDevice.login(scene, credentials, { GetCap: { ptz: false } });
  await ovc.online(credentials.login_code);
  const console = await Console.open(scene, ovc);
  const { page } = console;
  await console.openDevice('Fixed');
  const tab = page.getByTestId('tab-ptz');
  await until('the tab is closed', async () => (await tab.getAttribute('aria-disabled')) === 'true');
  // By keyboard one comes to it all the same, and hears why.
  await page.getByTestId('tab-recordings').focus();
  await page.keyboard.press('Tab');
  await page.getByRole('tooltip').getByText('cannot turn').waitFor();
  await page.goto(`${ovc.url}/devices/${credentials.login_code}/ptz`);
  await page.getByTestId('tab-barred').getByText('cannot turn').waitFor();
});

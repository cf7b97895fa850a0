import assert from 'node:assert/strict';
import { Console } from '../harness/console.js';
import { picturesMove } from '../harness/picture.js';
import { journey } from '../harness/scene.js';
import { FlvViewer } from '../harness/viewer.js';
import { until } from '../harness/wait.js';

journey('a session that is revoked is out at once, and its live picture with it', async (scene) => {
  const ovc = await scene.ovc();
  const device = await ovc.addDevice({ name: 'Front door' });
  await scene.ovd({ device });
  await ovc.online(device.login_code);

  const lost = await Console.open(scene, ovc);
  await lost.openDevice('Front door');
  await picturesMove(lost.video());
  const session = await ovc.logIn('admin', ovc.password);
  const { play } = await ovc.call('POST', `/devices/${device.login_code}/channels/0/live`, undefined, session.token);
  const viewer = await FlvViewer.open(scene, play.flv);

  const kept = await Console.open(scene, ovc);
  await kept.page.goto(`${ovc.url}/account`);
  await kept.page.getByRole('button', { name: 'Log out everywhere else' }).click();
  const revoked = Date.now();
  await lost.page.getByLabel('User name').waitFor();
  scene.note(`the revoked page was out after ${Date.now() - revoked} ms`);
  await lost.page.getByText('Your session was ended, or ran out.').waitFor();
  await scene.screenshot(lost.page, 'session-revoked');
  await until('the revoked viewer got no more', () => viewer.ended, { within: 3_000 });
  const joins = await fetch(play.flv);
  assert.equal(joins.status, 403);
  await kept.page.getByText('This browser', { exact: true }).waitFor();
});

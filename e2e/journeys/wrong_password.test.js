import assert from 'node:assert/strict';
import { journey } from '../harness/scene.js';

journey('a wrong device password is refused with 401, and the agent says so', async (scene) => {
  const ovc = await scene.ovc();
  const device = await ovc.addDevice();
  const ovd = await scene.ovd({ device: { ...device, login_passwd: 'not the password' } });
  await ovd.logged(/401|password/i);
  assert.equal((await ovc.device(device.login_code)).presence, 'offline');
  assert.ok(!ovd.output.includes('not the password'), 'the agent logs the password');
  assert.ok(!ovc.process.output.includes('not the password'), 'the cloud logs the password');

  const query = new URLSearchParams({ login_code: device.login_code, login_passwd: 'not the password' });
  const upgrade = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' };
  const headers = { ...upgrade, 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==' };
  const { status, body } = await get(`${ovc.url}/ovc?${query}`, headers);
  assert.equal(status, 401);
  assert.equal(typeof JSON.parse(body).info, 'string');
});

/** A plain GET, for fetch() may not send upgrade headers. @param {string} url @param {Record<string, string>} headers */
async function get(url, headers) {
  const { get: request } = await import('node:http');
  return new Promise((/** @type {(answer: { status?: number, body: string }) => void} */ resolve, reject) => {
    request(url, { headers }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text) => (body += text));
      response.on('end', () => resolve({ status: response.statusCode, body }));
    })
      .on('upgrade', () => reject(new Error('the login was accepted')))
      .on('error', reject);
  });
}

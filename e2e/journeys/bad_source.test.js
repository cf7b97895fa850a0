import { cameraUrl } from '../harness/camera.js';
import { freePorts } from '../harness/ports.js';
import { journey } from '../harness/scene.js';
import assert from 'node:assert/strict';
import { ApiError } from '../harness/ovc.js';
import { until } from '../harness/wait.js';

journey('a camera that is away takes only its channel offline, and is found again', async (scene) => {
  const ovc = await scene.ovc();
  const device = await ovc.addDevice();
  const [port] = await freePorts(1);
  await scene.ovd({ device, sources: [cameraUrl(port), 'test'] });

  /** @param {string[]} wanted */
  const channelsAre = async (...wanted) =>
    until(
      `the channels are ${wanted}`,
      async () => {
        const { presence, channels } = await ovc.device(device.login_code);
        const states = channels.map((/** @type {{ state_name: string }} */ channel) => channel.state_name);
        if (presence !== 'online' || String(states) !== String(wanted)) throw new Error(`${presence}, ${states}`);
        return true;
      },
      { within: 40_000 },
    );

  await channelsAre('offline', 'online');
  await assert.rejects(
    ovc.live(device.login_code, 0),
    (error) => error instanceof ApiError && error.code === 'channel_offline',
  );
  await ovc.live(device.login_code, 1);

  await scene.camera({ video: 'h264', audio: 'aac', port });
  await channelsAre('online', 'live');
  await ovc.live(device.login_code, 0);
});

// When is recorded, and by whom: on alarm with what was before it; and a device that cannot record, whose live stream the
// cloud records itself.

import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { ScriptedDevice } from '../harness/device.js';
import { publish } from '../harness/publisher.js';
import { Recorded, time } from '../harness/recording.js';
import { journey } from '../harness/scene.js';
import { until } from '../harness/wait.js';

const CONFIG = '[recording]\nsegment_duration = "2s"\nsegment_max_count = 3\n';

describe('recording plans', { concurrency: true }, () => {
  journey('an alarm is recorded with the seconds before it and after it, and nothing else', async (scene) => {
    const ovc = await scene.ovc({ config: CONFIG });
    const device = await ovc.addDevice({ name: 'Gate' });
    const ovd = await scene.ovd({ device });
    await ovc.online(device.login_code);
    const gate = new Recorded(ovc, device.login_code);
    await gate.plan({ mode: 'alarm', prerecord_seconds: 6, tail_seconds: 4 });
    const plannedMs = Date.now();
    // The first alarm tells the device how much it is to hold from now on; the second finds that.
    await ovd.alarm('start', 'motion', 'the first');
    await until('the first is recorded', async () => (await gate.state()).state.recorder === 'device');
    await ovd.alarm('end', 'motion');
    await until('and over', async () => !(await gate.state()).state.recorder, { within: 30_000 });
    const quietMs = Date.now();
    await until('ten seconds are quiet', () => Date.now() > quietMs + 10_000, { within: 15_000 });

    const startMs = Date.now();
    await ovd.alarm('start', 'motion', 'somebody at the gate');
    await gate.has(startMs, 3_000);
    const endMs = Date.now();
    await ovd.alarm('end', 'motion');
    await until('the recording ends', async () => !(await gate.state()).state.recorder, { within: 30_000 });
    const overMs = Date.now();
    assert.ok(overMs - endMs > 3_500, `the tail is ${overMs - endMs} ms long`);

    const account = await gate.settled(plannedMs, overMs);
    console.log(`── alarm: ${account.line}`);
    const clip = account.footage.at(-1);
    assert.ok(clip, account.line);
    // To a keyframe of the test pattern, whose GOP is at most two seconds.
    assert.ok(clip[0] < startMs - 3_500, `begins at ${time(clip[0])}, the alarm at ${time(startMs)}`);
    assert.ok(clip[0] > startMs - 9_500, `begins at ${time(clip[0])}, the alarm at ${time(startMs)}`);
    assert.ok(clip[1] > endMs + 2_000, `ends at ${time(clip[1])}, the alarm at ${time(endMs)}`);
    assert.equal(account.explainedMs, account.askedMs, account.line);
    assert.ok((account.gaps.not_asked ?? 0) > 2_000, account.line);
    const marks = account.timeline.marks.filter(({ kind }) => kind === 'alarm');
    // Devices tell alarms in whole seconds: the first may have begun before it was asked for, on that clock.
    const seen = marks.some(({ from, to }) => Date.parse(from) <= startMs && Date.parse(to) >= endMs - 1_000);
    assert.ok(seen, JSON.stringify(marks));
  });

  journey(
    'the live stream of a device that cannot record is recorded by the cloud, but not while the cloud is down',
    async (scene) => {
      const ovc = await scene.ovc({ config: CONFIG });
      const credentials = await ovc.addDevice({ name: 'Old camera' });
      /** @type {import('../harness/process.js').Process | undefined} */
      let pushing;
      const logIn = async () => {
        const device = await ScriptedDevice.login(scene, credentials, {
          GetCap: { cloud_record: false },
          LivePublish: (/** @type {any} */ { url }) => {
            pushing = publish(scene, url);
            return { resp: {} };
          },
        });
        await ovc.online(credentials.login_code);
        return device;
      };
      await logIn();
      const old = new Recorded(ovc, credentials.login_code);
      const beganMs = await old.begin();
      assert.equal((await old.state()).state.recorder, 'cloud');
      await old.has(beganMs, 8_000);

      const downMs = Date.now();
      await ovc.crash();
      await pushing?.exit;
      await until('the cloud is down for three seconds', () => Date.now() > downMs + 3_000);
      await ovc.start();
      await logIn();
      const backMs = Date.now();
      await old.has(backMs, 6_000);
      await old.end();
      const account = await old.settled(beganMs, Date.now());
      console.log(`── recorded by the cloud: ${account.line}`);
      assert.equal(account.explainedMs, account.askedMs, account.line);
      assert.ok((account.gaps.cloud_down ?? 0) > 2_000, account.line);
      const { segments } = await old.playlist(beganMs, account.toMs);
      assert.ok(segments.some(({ discontinuity }, index) => discontinuity && index > 0));
    },
    { within: 120_000 },
  );
});

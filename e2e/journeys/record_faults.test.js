// Recording while things break: the cloud, the object store, the uplink, the device's clock, the disk. Of each run three
// numbers are told: seconds that devices were confirmed to be saved, seconds that are listed, seconds that are explained.
// Nothing saved may be lost, nothing else listed, and every missing second has its reason.
//
// Times are short, so that every run of the tests can afford it; FULL=1 takes those that are worth telling.

import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { GOP_SECONDS, footage, tsSegments } from '../harness/media.js';
import { ObjectStore } from '../harness/object_store.js';
import { OvrWitness } from '../harness/ovr.js';
import { TcpProxy } from '../harness/proxy.js';
import { FULL, PlainRecorder, Recorded, reckon, time } from '../harness/recording.js';
import { journey } from '../harness/scene.js';
import { SmallDisk } from '../harness/small_disk.js';
import { until } from '../harness/wait.js';

/** Segments of one GOP, few in memory: so a run shows in half a minute what else takes ten. */
const SHORT = FULL ? '' : '[recording]\nsegment_duration = "2s"\nsegment_max_count = 10\n';
const JUMPY = '[recording]\nsegment_duration = "2s"\nsegment_max_count = 4\n';
const HOUR_MS = 3_600_000;
const SEGMENT_MS = FULL ? 10_000 : 2_000;

/** @typedef {import('../harness/scene.js').Scene} Scene @typedef {import('../harness/ovc.js').Ovc} Ovc */

/**
 * Agents with a camera each, recorded from now on. Each reaches the cloud through an uplink and a witness of its own.
 *
 * @param {Scene} scene @param {Ovc} ovc @param {number} count
 */
async function recordedAgents(scene, ovc, count) {
  const file = await footage('h264', 'aac', { seconds: 12, repeats: 1 });
  return Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const device = await ovc.addDevice({ name: `Camera ${index + 1}` });
      const witness = await OvrWitness.start(scene, ovc);
      const uplink = await TcpProxy.start(scene, () => witness.port);
      const again = () =>
        scene.ovd({ device: { ...device, dap_url: `ws://127.0.0.1:${uplink.port}/ovc` }, sources: [file] });
      const ovd = await again();
      await ovc.online(device.login_code);
      const recorded = new Recorded(ovc, device.login_code);
      return { code: device.login_code, recorded, witness, uplink, ovd, again, beganMs: await recorded.begin() };
    }),
  );
}

/** @typedef {Awaited<ReturnType<typeof recordedAgents>>} Agents */

/** Waits until more is listed of each than now. @param {Agents} agents @param {number} ms */
async function recordOn(agents, ms, { patience = 60_000 } = {}) {
  const nowMs = Date.now();
  await Promise.all(agents.map(({ recorded }) => recorded.has(nowMs, ms, { patience })));
}

/**
 * Ends the recordings and tells the three numbers.
 *
 * @param {string} run @param {Agents} agents
 * @param {{ patience?: number, mayBeDeleted?: boolean }} [options]
 */
async function ended(run, agents, { patience = FULL ? 400_000 : 90_000, mayBeDeleted } = {}) {
  await Promise.all(agents.map(({ recorded }) => recorded.end()));
  const endedMs = Date.now();
  const channels = await Promise.all(
    agents.map(async ({ recorded, beganMs, witness }) => ({
      account: await recorded.settled(beganMs, endedMs, { patience }),
      segments: witness.seen,
    })),
  );
  /** @type {Record<string, number>} */
  const answers = {};
  for (const { witness } of agents) {
    for (const [what, count] of witness.answers) answers[what] = (answers[what] ?? 0) + count;
  }
  console.log(`── ${run}: ${JSON.stringify(answers)}`);
  return { ...reckon(run, channels, { mayBeDeleted }), channels, answers };
}

/**
 * But for a moment until the first picture that stands alone, and one at the end.
 *
 * @param {{ channels: unknown[], gaps: Record<string, number> }} told
 */
function nothingIsMissing({ channels, gaps }) {
  const { starting = 0, not_asked = 0, ...others } = gaps;
  assert.deepEqual(others, {});
  assert.ok(starting <= channels.length * (GOP_SECONDS + 1) * 1000, `starting took ${starting} ms`);
  assert.ok(not_asked <= channels.length * (GOP_SECONDS + 1) * 1000, `ending took ${not_asked} ms`);
}

/** Every listed segment can be had, with as many bytes as were promised. @param {Recorded} recorded @param {number} fromMs @param {number} toMs */
async function allCanBeHad(recorded, fromMs, toMs) {
  const { segments } = await recorded.playlist(fromMs, toMs);
  for (const { uri } of segments) {
    const response = await fetch(uri);
    assert.equal(response.status, 200, uri);
    const bytes = Buffer.from(await response.arrayBuffer());
    assert.ok(bytes.length > 0 && bytes.length % 188 === 0 && bytes[0] === 0x47, `${uri}: ${bytes.length} bytes`);
  }
  return segments.length;
}

const noDisk = await SmallDisk.missing();

describe('recording while things break', { concurrency: true }, () => {
  journey(
    'the cloud is killed every five seconds while twenty devices upload',
    async (scene) => {
      const kills = FULL ? 12 : 4;
      const ovc = await scene.ovc({ config: SHORT });
      const agents = await recordedAgents(scene, ovc, 20);
      for (let kill = 0; kill < kills; kill += 1) {
        await pause(5_000);
        await ovc.crash();
        await ovc.start();
      }
      await Promise.all(agents.map(({ code }) => ovc.online(code)));
      const { channels, recorded } = await ended(`killed ${kills} times`, agents);
      assert.ok(recorded > 20 * kills * 4_000, `only ${recorded} ms were recorded at all`);
      for (const { account } of channels) await allCanBeHad(account.of, account.fromMs, account.toMs);
    },
    { within: FULL ? 700_000 : 240_000 },
  );

  journey(
    'the object store fails half of its calls',
    async (scene) => {
      const store = await ObjectStore.start(scene);
      const ovc = await scene.ovc({ config: `${store.config}${SHORT}` });
      const agents = await recordedAgents(scene, ovc, 4);
      store.failHalf();
      await pause(FULL ? 60_000 : 20_000);
      const { calls, failed } = store.proxy;
      store.heal();
      const { channels } = await ended('object store fails half', agents);
      console.log(`── object store: ${failed} calls failed of ${calls}`);
      assert.ok(failed > calls / 3, `${failed} of ${calls} calls failed`);
      for (const { account } of channels) await allCanBeHad(account.of, account.fromMs, account.toMs);
    },
    { within: FULL ? 700_000 : 240_000 },
  );

  journey(
    'the uplink is cut, for less than the device can hold and for more',
    async (scene) => {
      const cutMs = FULL ? 60_000 : 20_000;
      const hold = FULL ? { enough: 30, few: 3 } : { enough: 15, few: 4 };
      const runs = Object.entries(hold).map(async ([name, count]) => {
        const config = `[recording]\nsegment_duration = "${SEGMENT_MS / 1000}s"\nsegment_max_count = ${count}\n`;
        const ovc = await scene.ovc({ config });
        const agents = await recordedAgents(scene, ovc, 2);
        await recordOn(agents, SEGMENT_MS * 2);
        for (const { uplink } of agents) uplink.cut();
        await pause(cutMs);
        for (const { uplink } of agents) uplink.mend();
        await Promise.all(agents.map(({ code }) => ovc.online(code)));
        await recordOn(agents, SEGMENT_MS * 2);
        const told = await ended(`uplink cut for ${cutMs / 1000} s, ${count} segments held`, agents);
        if (name === 'enough') {
          nothingIsMissing(told);
        } else {
          const droppedMs = agents
            .flatMap(({ witness }) => witness.dropped)
            .reduce((sum, { droppedMs }) => sum + droppedMs, 0);
          assert.ok(droppedMs > 0, 'the devices told what they dropped');
          const { dropped: gapMs = 0, ...others } = told.gaps;
          nothingIsMissing({ ...told, gaps: others });
          assert.ok(Math.abs(droppedMs - gapMs) < SEGMENT_MS, `told ${droppedMs} ms, missing ${gapMs} ms`);
        }
      });
      await Promise.all(runs);
    },
    { within: FULL ? 700_000 : 240_000 },
  );

  journey('a device loses its power', async (scene) => {
    const ovc = await scene.ovc({ config: JUMPY });
    const agents = await recordedAgents(scene, ovc, 1);
    const [{ again, code, ovd }] = /** @type {[Agents[0]]} */ (agents);
    await recordOn(agents, 6_000);
    await ovd.kill();
    const goneMs = Date.now();
    await until('it is away for five seconds', () => Date.now() > goneMs + 5_000);
    await again();
    await ovc.online(code);
    await recordOn(agents, 6_000);
    const { gaps } = await ended('device without power', agents);
    // With what it had in memory.
    assert.ok((gaps.device_offline ?? 0) >= 4_000, JSON.stringify(gaps));
  });

  journey('the clock of an agent jumps by an hour while it records', async (scene) => {
    const ovc = await scene.ovc({ config: JUMPY });
    const agents = await recordedAgents(scene, ovc, 1);
    const [{ code }] = /** @type {[Agents[0]]} */ (agents);
    for (const jumpMs of [HOUR_MS, 0]) {
      await recordOn(agents, 4_000);
      const datetime = time(Date.now() + jumpMs).slice(0, 19);
      await ovc.callDevice(code, 'SyncTime', { datetime, offset: 0, tz: 0 });
      const { skew_s } = await ovc.api('GET', `/devices/${code}/time`);
      assert.ok(Math.abs(skew_s - jumpMs / 1000) < 5, `its clock is ahead by ${skew_s} s`);
    }
    await recordOn(agents, 4_000);
    nothingIsMissing(await ended('clock of an agent jumps', agents));
  });

  journey('a device says times that are an hour ahead for a while', async (scene) => {
    const ovc = await scene.ovc({ config: JUMPY });
    const device = await ovc.addDevice({ name: 'Plain' });
    const recorder = await PlainRecorder.login(scene, device);
    await ovc.online(device.login_code);
    const recorded = new Recorded(ovc, device.login_code);
    await recorded.plan({ mode: 'always' });
    const { params, ovr } = await recorder.started();

    const pieces = await tsSegments(6);
    const startMs = params.start_ts * 1000;
    for (const [index, { bytes, duration }] of pieces.entries()) {
      const trueMs = startMs + index * duration * 1000;
      await until('the segment is over', () => Date.now() >= trueMs + duration * 1000);
      const jumpMs = index === 2 || index === 3 ? HOUR_MS : 0;
      await ovr.record(bytes, {
        start: (trueMs + jumpMs) / 1000,
        duration,
        discontinue: index === 2 || index === 4 ? 1 : 0,
      });
    }
    const recordedMs = pieces.length * 2_000;
    const endMs = startMs + recordedMs;
    const account = await recorded.account(startMs, endMs);
    console.log(
      `── clock of a plain device jumps: recorded ${recordedMs / 1000} s, listed ${account.listedMs / 1000} s, ` +
        `explained ${account.explainedMs / 1000} s`,
    );
    // All twelve seconds are listed, about when they came, and nothing in an hour.
    assert.ok(account.listedMs > recordedMs - 1_000, account.line);
    const { segments } = await recorded.playlist(startMs, endMs);
    assert.equal(segments.length, pieces.length);
    for (const [index, { uri }] of segments.entries()) {
      const bytes = Buffer.from(await (await fetch(uri)).arrayBuffer());
      assert.ok(pieces[index]?.bytes.equals(bytes), `segment ${index} is in its place`);
    }
    const { marks } = account.timeline;
    assert.ok(
      marks.some(({ kind }) => kind === 'clock'),
      `the jump is marked: ${JSON.stringify(marks)}`,
    );
  });

  journey(
    'the disk is full, and has room again',
    async (scene) => {
      const disk = await SmallDisk.mount(scene, 64);
      const config = [
        '[recording]',
        'segment_duration = "2s"',
        'segment_max_count = 4',
        'warn_free = "16 MiB"',
        'keep_free = "8 MiB"',
        '',
      ].join('\n');
      const ovc = await scene.ovc({ config, wrap: disk.wrap, dataDir: `${disk.folder}/data` });
      const agents = await recordedAgents(scene, ovc, 1);
      const [{ recorded, witness, beganMs }] = /** @type {[Agents[0]]} */ (agents);
      const state = async () => (await ovc.api('GET', '/recording/storage')).state;
      await recorded.has(beganMs, 8_000);
      assert.equal(await state(), 'ok');

      // Nearly full: told, and nothing stops.
      await disk.fill(12 * 1024 * 1024);
      await until('the cloud says that the disk is nearly full', async () => (await state()) === 'low', {
        within: 30_000,
      });
      const lowMs = Date.now();
      await recorded.has(lowMs, 6_000);

      // Full to the last byte, and whatever the cloud deletes is taken as well.
      await until(
        'segments are refused for it',
        async () => {
          await disk.fill();
          const refusals = [...witness.answers.keys()].filter((what) => / (5\d\d|unwanted)$/.test(what));
          return refusals.length > 0 && (await state()) === 'full';
        },
        { within: 45_000 },
      );
      await pause(FULL ? 60_000 : 8_000);
      await disk.relieve();
      await until('the cloud says that there is room again', async () => (await state()) === 'ok', { within: 30_000 });
      const reliefMs = Date.now();
      await recorded.has(reliefMs, 6_000);
      // What was saved since is really written down.
      await ovc.crash();
      await ovc.start();
      await ovc.online(recorded.code);
      await recordOn(agents, 4_000);
      const { gaps } = await ended('disk full', agents, { mayBeDeleted: true });
      assert.ok(Object.keys(gaps).some((reason) => ['disk_full', 'dropped', 'deleted', 'failed'].includes(reason)));
      await allCanBeHad(recorded, beganMs, Date.now());
    },
    { within: FULL ? 400_000 : 180_000, skip: noDisk },
  );
});

// `make bench-live`: see bench/live.sh, which starts this on the core of the load.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { coldStarts } from './live/cold_start.mjs';
import { CoreMeter } from './live/program.mjs';
import { COLD_STARTS, SERVERS, SERVER_CORE } from './live/servers.mjs';
import { joinTable, stepTable } from './live/table.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FPS = 25;
const NAMES = (process.env.SERVERS ?? 'ovc nginx-rtmp xiu').split(/\s+/).filter(Boolean);
const STEPS = (process.env.STEPS ?? '100 500 1000 2000 4000').split(/\s+/).filter(Boolean).map(Number);
const SECONDS = Number(process.env.SECONDS_EACH ?? 20);
/** Joins to measure with hardly any load, and how many come in a second. */
const JOINS = 300;
const JOINS_PER_S = 60;
/** The load looks for data by the clock: a server on the same machine must not pay for waking it. */
const REST_US = 500;
/** Below this part of its frames a server has failed a step, and larger ones are not tried. */
const KEPT_UP = 0.95;

const folder = path.join(ROOT, 'bench', 'out');
const places = {
  bin: path.resolve(ROOT, process.env.CARGO_TARGET_DIR || 'target', 'release'),
  tools: path.join(ROOT, '.tools'),
  folder,
};
const meter = new CoreMeter(SERVER_CORE);

/**
 * Runs the load once.
 *
 * @param {import('./live/servers.mjs').Server} server @param {Record<string, number>} options
 * @returns {Promise<any>} its report
 */
async function load(server, options) {
  const json = path.join(folder, 'viewers.json');
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const url = await server.playUrl();
  const loader = spawn(
    path.join(places.bin, 'dapctl'),
    ['load', 'viewers', '--url', url, '--server-pid', String(server.pid), '--json', json, ...args],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const [code] = await once(loader, 'exit');
  if (code !== 0) throw new Error('the load failed');
  return JSON.parse(readFileSync(json, 'utf8'));
}

/** @param {any} report */
function verdict({ failed, lost, steady, delivered }) {
  const problems = [];
  if (failed) problems.push(`${failed} could not join`);
  if (lost) problems.push(`${lost} were cut off`);
  if (delivered < KEPT_UP) problems.push(`only ${Math.round(delivered * 100)} % of the frames came`);
  else if (steady.frames_missing) problems.push(`${steady.frames_missing} frames missing`);
  return problems.join(', ');
}

/** @param {import('./live/servers.mjs').Server} server */
async function measure(server) {
  console.error(`\n${server.name}: joins`);
  // The first viewer makes the server build what all share; it is not one of the measured.
  await load(server, { viewers: 1, 'duration-s': 1, 'settle-s': 3 });
  const { join } = await load(server, {
    viewers: JOINS,
    'ramp-per-s': JOINS_PER_S,
    'duration-s': 0.2,
    'settle-s': 0,
  });
  /** @type {any[]} */
  const steps = [];
  for (const viewers of STEPS) {
    console.error(`\n${server.name}: ${viewers} viewers`);
    const report = await load(server, {
      viewers,
      'ramp-per-s': Math.max(200, viewers / 8),
      'duration-s': SECONDS,
      'settle-s': 3,
      'rest-us': REST_US,
    });
    const { steady } = report;
    report.core_share = await meter.busyShare(steady.from_unix_ms, steady.to_unix_ms);
    report.delivered = steady.frames / (viewers * FPS * steady.seconds);
    report.problem = verdict(report);
    steps.push(report);
    if (report.delivered < KEPT_UP) break;
  }
  const cold_start = server.open && (await coldStarts(server.open, COLD_STARTS));
  return { name: server.name, protocol: server.protocol, join, cold_start, steps };
}

mkdirSync(folder, { recursive: true });
const results = [];
for (const name of NAMES) {
  const start = SERVERS[name];
  if (!start) throw new Error(`no such server: ${name}; there are ${Object.keys(SERVERS).join(', ')}`);
  try {
    const server = await start(places);
    try {
      results.push(await measure(server));
    } finally {
      await server.stop();
    }
  } catch (error) {
    console.error(error);
    results.push({ name, error: String(error), steps: [] });
  }
}
meter.stop();
const result = {
  at: new Date().toISOString(),
  machine: `${cpus().length} × ${cpus()[0]?.model}`,
  stream: '2 Mbit/s, 1080p25 H.264, keyframe every 2 s',
  servers: results,
};
writeFileSync(path.join(folder, 'live.json'), `${JSON.stringify(result, null, 2)}\n`);
console.log(`\n${result.machine}; ${result.stream}; server on one core, load on another\n`);
console.log(stepTable(results));
console.log(joinTable(results));
if (results.some((one) => 'error' in one)) process.exitCode = 1;

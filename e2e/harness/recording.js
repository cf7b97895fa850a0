// Recording as a person sets it up and looks at it, by the API; and the account of what became of every second.

import assert from 'node:assert/strict';
import { ScriptedDevice } from './device.js';
import { OvrClient } from './ovr.js';
import { length, minus, union, within } from './spans.js';
import { until } from './wait.js';

/** The lengths that are asked for in earnest, instead of those that every run of the tests can afford. */
export const FULL = process.env.FULL === '1';

/** Reasons that say nothing yet, or nothing at all. */
const NO_REASON = ['pending', 'unreported'];

/** Times are kept in whole milliseconds on several ways: so much more or less is the same. */
const EDGE_MS = 60;

/** Footage with less missing in between is listed as one. */
const JOINED_MS = 1_000;

/**
 * @typedef {import('./ovc.js').Ovc} Ovc
 * @typedef {import('./spans.js').Span} Span
 * @typedef {{ from: string, to: string, kind: 'continuous' | 'alarm' | 'gap', reason?: string }} Range
 * @typedef {{ from: string, to: string, kind: string, id?: number, type?: string, name?: string }} Mark
 * @typedef {{ from: string, to: string, ranges: Range[], marks: Mark[], recorded_ms: number, gap_ms: Record<string, number> }} Timeline
 * @typedef {{ uri: string, seconds: number, atMs: number | undefined, discontinuity: boolean }} Listed
 *   `atMs`: its EXT-X-PROGRAM-DATE-TIME
 */

/** A channel of a device, as far as its recordings go. */
export class Recorded {
  /** @param {Ovc} ovc @param {string} code @param {number} [channel] */
  constructor(ovc, code, channel = 0) {
    this.ovc = ovc;
    this.code = code;
    this.channel = channel;
    this.route = `/devices/${code}/channels/${channel}`;
  }

  /** How it is to be recorded from now on. @param {Record<string, unknown>} plan */
  async plan(plan) {
    return this.ovc.api('PUT', `${this.route}/recording`, plan);
  }

  /** Plan and state. @returns {Promise<{ plan: any, state: any }>} */
  async state() {
    const { items } = await this.ovc.api('GET', `/devices/${this.code}/recording`);
    const item = items.find((/** @type {{ channel: number }} */ { channel }) => channel === this.channel);
    if (!item) throw new Error(`channel ${this.channel} of ${this.code} has no recording state`);
    return item;
  }

  /** Has it recorded from now on, and waits until it is; returns since when. */
  async begin() {
    await this.plan({ mode: 'always' });
    const { state } = await until(
      `${this.code} is recorded`,
      async () => {
        const item = await this.state();
        return item.state.recorder && item.state.since && item;
      },
      { within: 30_000 },
    );
    return Date.parse(state.since);
  }

  /** Has the recording ended, and waits until it has. */
  async end() {
    await this.plan({ mode: 'off' });
    await until(`${this.code} is not recorded any more`, async () => !(await this.state()).state.recorder, {
      within: 30_000,
    });
  }

  /** @param {number} fromMs @param {number} toMs @returns {Promise<Timeline>} */
  async timeline(fromMs, toMs) {
    const query = new URLSearchParams({ from: time(fromMs), to: time(toMs), resolution_ms: '1' });
    return this.ovc.api('GET', `${this.route}/recordings/timeline?${query}`);
  }

  /** What became of every second between. @param {number} fromMs @param {number} toMs */
  async account(fromMs, toMs) {
    return new Account(this, fromMs, toMs, await this.timeline(fromMs, toMs));
  }

  /** The same, once nothing of it may come any more. @param {number} fromMs @param {number} toMs */
  async settled(fromMs, toMs, { patience = 60_000 } = {}) {
    return until(
      `nothing of ${this.code} is pending`,
      async () => {
        const account = await this.account(fromMs, toMs);
        if (account.gaps.pending) throw new Error(account.line);
        return account;
      },
      { within: patience, every: 500 },
    );
  }

  /** Waits until so much is listed of the time since `fromMs`. @param {number} fromMs @param {number} ms */
  async has(fromMs, ms, { patience = 30_000 } = {}) {
    return until(
      `${ms} ms of ${this.code} are listed`,
      async () => {
        const account = await this.account(fromMs, Date.now());
        if (account.listedMs < ms) throw new Error(account.line);
        return account;
      },
      { within: patience, every: 250 },
    );
  }

  /** The playlist of a range, taken apart. @param {number} fromMs @param {number} toMs */
  async playlist(fromMs, toMs) {
    const body = { from: time(fromMs), to: time(toMs) };
    const answer = await this.ovc.api('POST', `${this.route}/recordings/playlist`, body);
    const response = await fetch(answer.url);
    const text = await response.text();
    assert.equal(response.status, 200, text);
    return { url: answer.url, durationMs: answer.duration_ms, text, segments: segmentsOf(text, answer.url) };
  }

  /** An export, once it is ready. @param {number} fromMs @param {number} toMs */
  async exported(fromMs, toMs) {
    const route = `${this.route}/recordings/exports`;
    const { id } = await this.ovc.api('POST', route, { from: time(fromMs), to: time(toMs) });
    return until(
      'the export is ready',
      async () => {
        const answer = await this.ovc.api('GET', `${route}/${id}`);
        assert.notEqual(answer.state, 'failed', JSON.stringify(answer));
        return answer.state === 'ready' && answer;
      },
      { within: 60_000 },
    );
  }
}

/** What became of every second of a range, as the timeline tells it. */
export class Account {
  /** @param {Recorded} of @param {number} fromMs @param {number} toMs @param {Timeline} timeline */
  constructor(of, fromMs, toMs, timeline) {
    this.of = of;
    this.fromMs = Date.parse(timeline.from);
    this.toMs = Date.parse(timeline.to);
    this.timeline = timeline;
    // Of what is to come it says nothing.
    const endMs = Math.min(toMs, Date.now());
    assert.equal(this.fromMs, fromMs, 'the timeline begins where it was asked to');
    assert.ok(Math.abs(this.toMs - endMs) < 1000, `the timeline of up to ${time(toMs)} ends at ${timeline.to}`);
    /** Footage. @type {Span[]} */
    this.footage = [];
    /** What was there and is deleted. @type {Span[]} */
    this.deleted = [];
    /** Milliseconds that are missing, by reason. @type {Record<string, number>} */
    this.gaps = {};
    let at = this.fromMs;
    for (const { from, to, kind, reason } of timeline.ranges) {
      const [begin, end] = [Date.parse(from), Date.parse(to)];
      assert.equal(begin, at, `the timeline has a hole or an overlap before ${from}`);
      assert.ok(end > begin, `an empty range at ${from}`);
      at = end;
      if (kind !== 'gap') this.footage.push([begin, end]);
      else this.gaps[reason ?? 'unreported'] = (this.gaps[reason ?? 'unreported'] ?? 0) + end - begin;
      if (reason === 'deleted') this.deleted.push([begin, end]);
    }
    assert.equal(at, this.toMs, `the ranges end at ${time(at)}, not at ${timeline.to}`);
    this.footage = union(this.footage);
  }

  get askedMs() {
    return this.toMs - this.fromMs;
  }

  get listedMs() {
    return length(this.footage);
  }

  /** Listed, or missing for a reason that is told. */
  get explainedMs() {
    return this.askedMs - NO_REASON.reduce((sum, reason) => sum + (this.gaps[reason] ?? 0), 0);
  }

  get line() {
    const gaps = Object.entries(this.gaps).map(([reason, ms]) => `${reason} ${seconds(ms)}`);
    const missing = gaps.length ? ` (missing: ${gaps.join(', ')})` : '';
    return `${this.of.code}: asked ${seconds(this.askedMs)}, listed ${seconds(this.listedMs)}, explained ${seconds(this.explainedMs)}${missing}`;
  }
}

/**
 * The three numbers of a fault run, of all its channels together; fails where something saved is not listed, something
 * listed was never offered, or a missing second has no reason.
 *
 * @param {string} run its name in the report
 * @param {{ account: Account, segments: import('./ovr.js').SeenSegment[] }[]} channels
 *   `segments`: what was seen of its uploads
 * @param {{ mayBeDeleted?: boolean }} [options] `mayBeDeleted`: what was saved may be missing if that is the reason told
 */
export function reckon(run, channels, { mayBeDeleted = false } = {}) {
  const sum = { asked: 0, recorded: 0, listed: 0, explained: 0, segments: 0 };
  /** @type {Record<string, number>} */
  const gaps = {};
  /** @type {string[]} */
  const faults = [];
  for (const { account, segments } of channels) {
    const { fromMs, toMs, footage, of } = account;
    const saved = within(spans(segments.filter(({ saved }) => saved)), fromMs, toMs);
    const offered = spans(segments.filter(({ saveAsked }) => saveAsked));
    sum.asked += account.askedMs;
    sum.recorded += length(saved);
    sum.listed += account.listedMs;
    sum.explained += account.explainedMs;
    sum.segments += segments.filter(({ saved }) => saved).length;
    for (const [reason, ms] of Object.entries(account.gaps)) gaps[reason] = (gaps[reason] ?? 0) + ms;

    const known = mayBeDeleted ? union([...footage, ...account.deleted]) : footage;
    const lost = minus(saved, wider(known)).filter(([from, to]) => to - from > EDGE_MS);
    if (lost.length) faults.push(`${of.code}: saved and not listed: ${lost.map(span).join(', ')}`);
    const invented = minus(footage, wider(offered)).filter(([from, to]) => to - from > JOINED_MS);
    if (invented.length) faults.push(`${of.code}: listed and never saved: ${invented.map(span).join(', ')}`);
    for (const reason of NO_REASON) {
      if ((account.gaps[reason] ?? 0) > EDGE_MS) faults.push(account.line);
    }
  }
  const missing = Object.entries(gaps).map(([reason, ms]) => `${reason} ${seconds(ms)}`);
  console.log(
    `── ${run}: ${channels.length} channel(s), asked for ${seconds(sum.asked)}: recorded ${seconds(sum.recorded)} ` +
      `(${sum.segments} segments confirmed), listed ${seconds(sum.listed)}, explained ${seconds(sum.explained)}` +
      (missing.length ? ` (missing: ${missing.join(', ')})` : ''),
  );
  assert.deepEqual(faults, [], run);
  return { ...sum, gaps };
}

/** A device that is scripted, and does with its recording session what the journey wants. */
export class PlainRecorder {
  /** @param {ScriptedDevice} device @param {import('./ovd.js').Credentials} credentials */
  constructor(device, credentials) {
    this.device = device;
    this.code = credentials.login_code;
  }

  /** Logs in as a device that can record. @param {import('./scene.js').Scene} scene @param {import('./ovd.js').Credentials} credentials */
  static async login(scene, credentials) {
    const device = await ScriptedDevice.login(scene, credentials, { GetCap: { cloud_record: true } });
    const recorder = new PlainRecorder(device, credentials);
    const beat = setInterval(() => device.keepalive({ record_session: recorder.session }), 5_000);
    scene.after(async () => clearInterval(beat));
    return recorder;
  }

  /** The session it was told to record in, if any. @returns {string | undefined} */
  get session() {
    const orders = this.device.received.filter(({ req }) => req === 'StartCloudRecord' || req === 'StopCloudRecord');
    const last = orders.at(-1);
    return last?.req === 'StartCloudRecord' ? last.params.session_id : undefined;
  }

  /** Waits for StartCloudRecord; returns its parameters, and the OVR client it makes possible. */
  async started() {
    const params = await this.device.asked('StartCloudRecord');
    this.device.keepalive({ record_session: params.session_id });
    return { params, ovr: new OvrClient(params.cbk_url) };
  }
}

/** Segments of a playlist. @param {string} text @param {string} url @returns {Listed[]} */
function segmentsOf(text, url) {
  assert.ok(text.startsWith('#EXTM3U'), text);
  assert.ok(text.trimEnd().endsWith('#EXT-X-ENDLIST'), text);
  /** @type {Listed[]} */
  const segments = [];
  let next = { seconds: 0, atMs: /** @type {number | undefined} */ (undefined), discontinuity: false };
  for (const line of text.split('\n').map((line) => line.trim())) {
    if (line.startsWith('#EXTINF:')) next.seconds = Number.parseFloat(line.slice('#EXTINF:'.length));
    else if (line === '#EXT-X-DISCONTINUITY') next.discontinuity = true;
    else if (line.startsWith('#EXT-X-PROGRAM-DATE-TIME:')) next.atMs = Date.parse(line.slice(line.indexOf(':') + 1));
    else if (line && !line.startsWith('#')) {
      segments.push({ uri: new URL(line, url).href, ...next });
      next = { seconds: 0, atMs: undefined, discontinuity: false };
    }
  }
  return segments;
}

/** @param {import('./ovr.js').SeenSegment[]} segments @returns {Span[]} */
function spans(segments) {
  return union(segments.map(({ startMs, durationMs }) => [startMs, startMs + durationMs]));
}

/** @param {Span[]} spans @returns {Span[]} */
function wider(spans) {
  return union(spans.map(([from, to]) => [from - EDGE_MS, to + EDGE_MS]));
}

/** @param {number} ms */
export function time(ms) {
  return new Date(ms).toISOString();
}

/** @param {number} ms */
function seconds(ms) {
  return `${(ms / 1000).toFixed(1)} s`;
}

/** @param {Span} span */
function span([from, to]) {
  return `${time(from)} + ${seconds(to - from)}`;
}

// OVR driven by curl alone, from the text of the specification: what a device's maker would type.

import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { GOP_SECONDS, examine, tsSegments } from '../harness/media.js';
import { ObjectStore } from '../harness/object_store.js';
import { run } from '../harness/process.js';
import { PlainRecorder, Recorded } from '../harness/recording.js';
import { journey } from '../harness/scene.js';
import { until } from '../harness/wait.js';

/** @typedef {{ status: number, headers: Record<string, string>, text: string, json: any }} Answer */

/** @param {string[]} args @returns {Promise<Answer>} */
async function curl(...args) {
  const { stdout } = await run('curl', ['--silent', '--show-error', '--max-time', '20', '--include', ...args]);
  // An interim answer (100 Continue) may stand before the real one.
  const parts = stdout.split('\r\n\r\n');
  while (parts.length > 1 && /^HTTP\/1\.1 1\d\d/.test(parts[0] ?? '')) parts.shift();
  const [head = '', ...rest] = parts;
  const text = rest.join('\r\n\r\n');
  const [first = '', ...lines] = head.split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => line.split(': ', 2)).map(([name, value]) => [name?.toLowerCase(), value]),
  );
  let json;
  try {
    json = JSON.parse(text);
  } catch {
    json = undefined;
  }
  return { status: Number(first.split(' ')[1]), headers, text, json };
}

/** One operation. @param {string} url @param {Record<string, string | number>} form @param {string[]} more */
async function op(url, form, more = []) {
  const data = Object.entries(form).flatMap(([name, value]) => ['--data-urlencode', `${name}=${value}`]);
  const answer = await curl(...more, ...data, url);
  assert.equal(answer.headers['access-control-allow-origin'], '*', `${form.op}: ${answer.status}`);
  assert.equal(answer.headers['access-control-allow-methods'], 'POST', `${form.op}: ${answer.status}`);
  if (answer.status !== 200)
    assert.equal(typeof answer.json?.info, 'string', `${form.op}: ${answer.status} ${answer.text}`);
  return answer;
}

/** An operation that is done. @param {Parameters<typeof op>} args */
async function done(...args) {
  const answer = await op(...args);
  assert.equal(answer.status, 200, `${args[1].op}: ${answer.text}`);
  return answer;
}

/** An operation that is the caller's fault. @param {Parameters<typeof op>} args */
async function refused(...args) {
  const answer = await op(...args);
  assert.ok(answer.status >= 400 && answer.status < 500, `${JSON.stringify(args[1])}: ${answer.status} ${answer.text}`);
  return answer;
}

/** @param {import('../harness/scene.js').Scene} scene @param {string} config */
async function session(scene, config) {
  const ovc = await scene.ovc({ config });
  const device = await ovc.addDevice({ name: 'By hand' });
  const recorder = await PlainRecorder.login(scene, device);
  await ovc.online(device.login_code);
  const recorded = new Recorded(ovc, device.login_code);
  const asking = recorded.plan({ mode: 'always' });
  const { params } = await recorder.started();
  await asking;
  const folder = await scene.folder();
  const pieces = await tsSegments(7);
  const files = await Promise.all(
    pieces.map(async ({ bytes }, index) => {
      const file = path.join(folder, `${index}.ts`);
      await writeFile(file, bytes);
      return { file, size: bytes.length };
    }),
  );
  return { ovc, recorded, recorder, params, url: params.cbk_url, files, folder };
}

/** The PUT of a file. @param {string} uri @param {string} file @param {string[]} more */
async function put(uri, file, ...more) {
  return curl(...more, '--header', 'Content-Type: video/mp2t', '--header', 'Expect:', '--upload-file', file, uri);
}

journey('OVR is driven through all of its operations by curl alone', async (scene) => {
  // Little is held back, so that it is soon known of each second what became of it.
  const { recorded, recorder, params, url, files, folder } = await session(
    scene,
    '[recording]\ngrace = "3s"\npending_per_session = 8\nsegment_duration = "2s"\nsegment_max_count = 2\n',
  );
  assert.ok(url.length <= 256, url);
  assert.match(url, /^http:\/\/[^/]+\/live\/cseg\/[A-Za-z0-9_-]{20,}$/);
  assert.ok(params.seg_duration > 0 && params.seg_max_size > 0 && params.seg_max_count > 0 && params.start_ts > 0);
  const startMs = params.start_ts * 1000;
  /** @param {number} index @param {Record<string, string | number>} [more] */
  const form = (index, more = {}) => ({
    op: 'create',
    content_type: 'video/mp2t',
    size: files[index]?.size ?? 0,
    start: params.start_ts + index * GOP_SECONDS,
    duration: GOP_SECONDS,
    ...more,
  });
  /** The segment is recorded: its time is over. @param {number} index */
  const over = (index) =>
    until('the segment is over', () => Date.now() >= startMs + (index + 1) * GOP_SECONDS * 1000, { within: 30_000 });
  const listed = async () => (await recorded.timeline(startMs, startMs + 60_000)).recorded_ms;

  const clock = await done(url, { op: 'getcurrenttime' });
  assert.ok(Math.abs(clock.json.currenttime - Date.now() / 1000) < 2, clock.text);

  // Created, uploaded, saved: listed only then.
  await over(0);
  const first = (await done(url, form(0, { discontinue: 1, https: 0 }))).json;
  assert.ok(first.name && first.uri.startsWith('http://'), JSON.stringify(first));
  await refused(url, { op: 'save', name: first.name });
  assert.equal((await put(first.uri, files[0].file)).status, 200);
  assert.equal(await listed(), 0, 'uploaded is not saved');
  const saved = await done(url, { op: 'save', name: first.name });
  assert.equal(saved.text, '');
  assert.equal(await listed(), GOP_SECONDS * 1000);
  // The same again does no harm.
  await done(url, { op: 'save', name: first.name });
  assert.equal(await listed(), GOP_SECONDS * 1000);

  // Confirmed by the next one.
  await over(1);
  const second = (await done(url, form(1, { discontinue: 0 }))).json;
  assert.equal((await put(second.uri, files[1].file)).status, 200);
  await over(2);
  const third = (await done(url, form(2, { discontinue: 0, last_file_name: second.name }))).json;
  assert.equal(await listed(), 2 * GOP_SECONDS * 1000);

  // An old client: HTTP/1.0, and no word about discontinuities.
  assert.equal((await put(third.uri, files[2].file, '--http1.0')).status, 200);
  await done(url, { op: 'save', name: third.name }, ['--http1.0']);
  await over(3);
  const fourth = (await done(url, form(3), ['--http1.0'])).json;
  assert.equal(await listed(), 3 * GOP_SECONDS * 1000);

  // Given up: what was left of it is gone, and the loss is known.
  assert.equal((await put(fourth.uri, files[3].file)).status, 200);
  assert.equal((await done(url, { op: 'fail', name: fourth.name })).text, '');
  await refused(url, { op: 'save', name: fourth.name });
  // Dropped: told with the next report. What follows is there again.
  await over(4);
  assert.equal((await done(url, { op: 'stat', dropped_nb: 1, dropped_time: GOP_SECONDS })).text, '');
  assert.equal((await done(url, { op: 'stat' })).text, '');
  for (const index of [5, 6]) {
    await over(index);
    const { name, uri } = (await done(url, form(index, { discontinue: 1 }))).json;
    assert.equal((await put(uri, files[index]?.file ?? '')).status, 200);
    await done(url, { op: 'save', name });
  }
  const endMs = startMs + files.length * GOP_SECONDS * 1000;

  // Promised size is taken size.
  const short = (await done(url, form(0, { start: Date.now() / 1000, size: 188 * 10 }))).json;
  const wrong = await put(short.uri, files[0].file);
  assert.ok(wrong.status >= 400 && wrong.status < 500, `a longer one than promised: ${wrong.status}`);
  assert.equal(typeof wrong.json?.info, 'string', wrong.text);
  await refused(url, { op: 'save', name: short.name });
  await done(url, { op: 'fail', name: short.name });
  const html = path.join(folder, 'page.ts');
  await writeFile(html, '<html>'.padEnd(188 * 10, ' '));
  const other = (await done(url, form(0, { start: Date.now() / 1000, size: 188 * 10 }))).json;
  const page = await put(other.uri, html);
  assert.ok(page.status >= 400 && page.status < 500, `something else than MPEG-TS: ${page.status}`);
  await done(url, { op: 'fail', name: other.name });

  // What is the caller's fault is told to be so.
  assert.equal((await refused(url, form(0, { content_type: 'video/mp4' }))).status, 400);
  await refused(url, form(0, { size: 0 }));
  await refused(url, form(0, { size: params.seg_max_size * 100 }));
  await refused(url, form(0, { size: 'many' }));
  await refused(url, form(0, { duration: -1 }));
  await refused(url, form(0, { start: 'NaN' }));
  await refused(url, { op: 'explode' });
  await refused(url, { op: 'save', name: 'nothing' });
  await refused(url, { op: 'fail', name: '../../../etc/passwd' });
  await refused(`${url.slice(0, -4)}AAAA`, { op: 'getcurrenttime' });
  const get = await curl('--get', url);
  assert.ok(get.status >= 400 && get.status < 500, `GET: ${get.status}`);
  // More promises than anybody keeps.
  const many = [];
  for (let index = 0; index < 10; index += 1) many.push(await op(url, form(0, { start: Date.now() / 1000 + index })));
  assert.ok(
    many.some(({ status }) => status === 429),
    many.map(({ status }) => status).join(' '),
  );
  for (const { json } of many) if (json?.name) await done(url, { op: 'fail', name: json.name });

  // What is listed is what was sent, and what is missing has its reason.
  const list = await recorded.playlist(startMs, endMs);
  const sent = [0, 1, 2, 5, 6];
  assert.equal(list.segments.length, sent.length, list.text);
  for (const [index, { uri }] of list.segments.entries()) {
    const file = path.join(folder, `listed-${index}.ts`);
    await run('curl', ['--silent', '--fail', '--output', file, uri]);
    assert.ok((await readFile(file)).equals(await readFile(files[sent[index] ?? 0]?.file ?? '')), `segment ${index}`);
    await examine(file);
  }
  const account = await recorded.settled(startMs, endMs);
  console.log(`── curl: ${account.line}`);
  assert.equal(account.gaps.failed, GOP_SECONDS * 1000, account.line);
  assert.equal(account.gaps.dropped, GOP_SECONDS * 1000, account.line);

  // When the session has ended, the address works a little longer, and then no more.
  await recorded.end();
  await until('the device is told to stop', () => recorder.session === undefined);
  await until(
    'the address is dead',
    async () => {
      const { status } = await op(url, form(0, { start: Date.now() / 1000 }));
      return status >= 400 && status < 500;
    },
    { within: 20_000, every: 500 },
  );
});

journey('OVR against S3: curl uploads straight to the object store', async (scene) => {
  const store = await ObjectStore.start(scene);
  const { recorded, params, url, files } = await session(scene, store.config);
  const startMs = params.start_ts * 1000;
  const form = {
    op: 'create',
    content_type: 'video/mp2t',
    size: files[0].size,
    start: params.start_ts,
    duration: GOP_SECONDS,
  };
  const { name, uri } = (await done(url, form)).json;
  assert.equal(new URL(uri).port, String(store.proxy.port), uri);
  await refused(url, { op: 'save', name });
  // The signature is for this object alone. The store says so without reading what comes, and may break the connection.
  const forged = await put(uri.replace(/segments/, 'segmentz'), files[0].file).catch((error) => {
    assert.match(error.message, /reset|broken pipe|send failure|empty reply/i);
    return { status: 403, text: '' };
  });
  assert.ok(forged.status >= 400 && forged.status < 500, `another object: ${forged.status} ${forged.text}`);
  await refused(url, { op: 'save', name });
  const uploaded = await put(uri, files[0].file);
  assert.equal(uploaded.status, 200, uploaded.text);
  await done(url, { op: 'save', name });
  const { segments } = await recorded.playlist(startMs, startMs + GOP_SECONDS * 1000);
  assert.equal(segments.length, 1);
  const bytes = Buffer.from(await (await fetch(segments[0]?.uri ?? '')).arrayBuffer());
  assert.ok(bytes.equals(await readFile(files[0].file)));
});

// The result for people.

/** @param {string[][]} rows the first is the head */
function aligned(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const lines = rows.map((row) =>
    row.map((cell, column) => (column ? cell.padStart(widths[column]) : cell.padEnd(widths[column]))).join('  '),
  );
  return lines.map((line) => `${line.trimEnd()}\n`).join('');
}

/** @param {number | null | undefined} value @param {number} digits */
const number = (value, digits) => (value == null ? '–' : value.toFixed(digits));
/** @param {any} times */
const pair = (times) => (times ? `${number(times.p50_ms, 1)} / ${number(times.p99_ms, 1)}` : '–');

/** Memory that each further viewer costs, from the smallest step to this one. @param {any[]} steps @param {any} step */
function bytesPerViewer(steps, step) {
  const more = step.viewers - steps[0].viewers;
  return more > 0 ? (step.server.rss_bytes - steps[0].server.rss_bytes) / more : null;
}

/** @param {any[]} servers */
export function stepTable(servers) {
  const head = [
    'server',
    'viewers',
    'CPU %',
    'core %',
    'viewers/core',
    'µs/frame',
    'RSS MB',
    'B/viewer',
    'delay p50 / p99 ms',
    'max',
    'gap ms',
    'load %',
  ];
  const rows = servers.flatMap(({ name, protocol, steps }) =>
    steps.map((/** @type {any} */ step) => [
      `${name} ${protocol}`,
      String(step.viewers),
      number(step.server.cpu_share * 100, 1),
      number(step.core_share == null ? null : step.core_share * 100, 1),
      number(step.server.viewers_per_core, 0),
      number(step.server.cpu_us_per_frame, 2),
      number(step.server.rss_bytes / 1e6, 1),
      number(bytesPerViewer(steps, step), 0),
      pair(step.steady.delay),
      number(step.steady.delay?.max_ms, 1),
      number(step.steady.longest_gap?.max_ms, 0),
      number(step.loader.cpu_share * 100, 0),
    ]),
  );
  const problems = servers.flatMap(({ name, error, steps }) => [
    ...(error ? [`${name}: ${error}`] : []),
    ...steps
      .filter((/** @type {any} */ step) => step.problem)
      .map((/** @type {any} */ step) => `${name} at ${step.viewers} viewers: ${step.problem}`),
  ]);
  return aligned([head, ...rows]) + problems.map((problem) => `! ${problem}\n`).join('');
}

/** @param {any[]} servers */
export function joinTable(servers) {
  const rows = servers
    .filter(({ join }) => join)
    .map(({ name, join, cold_start }) => [
      name,
      pair(join),
      cold_start ? `${number(cold_start.p50_ms, 0)} / ${number(cold_start.max_ms, 0)}` : '–',
    ]);
  return aligned([['server', 'join p50 / p99 ms', 'cold start p50 / max ms'], ...rows]);
}

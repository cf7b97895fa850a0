// Sets of time: lists of [from, to) in ms, in order and apart.

/** @typedef {[number, number]} Span */

/** Overlapping, touching, in any order: as a set. @param {Span[]} spans @returns {Span[]} */
export function union(spans) {
  /** @type {Span[]} */
  const apart = [];
  for (const [from, to] of [...spans].sort((a, b) => a[0] - b[0])) {
    if (to <= from) continue;
    const last = apart.at(-1);
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else apart.push([from, to]);
  }
  return apart;
}

/** What of `spans` lies within. @param {Span[]} spans @param {number} from @param {number} to @returns {Span[]} */
export function within(spans, from, to) {
  return union(spans.map(([a, b]) => /** @type {Span} */ ([Math.max(a, from), Math.min(b, to)])));
}

/** What is in `spans` and not in `others`. @param {Span[]} spans @param {Span[]} others @returns {Span[]} */
export function minus(spans, others) {
  const away = union(others);
  return union(spans).flatMap(([from, to]) => {
    /** @type {Span[]} */
    const left = [];
    let at = from;
    for (const [a, b] of away) {
      if (b <= at || a >= to) continue;
      if (a > at) left.push([at, a]);
      at = Math.max(at, b);
    }
    if (at < to) left.push([at, to]);
    return left;
  });
}

/** How long all of it is. @param {Span[]} spans */
export function length(spans) {
  return union(spans).reduce((sum, [from, to]) => sum + to - from, 0);
}

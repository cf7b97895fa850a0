/**
 * The configuration document (DAP section 5) as plain data: reading, changing, and what differs between two of them. SetConfig
 * takes a partial document, in which what is absent stays as it is; so what is sent is just what a person changed.
 */

export type Json = null | boolean | number | string | Json[] | JsonObject;
export interface JsonObject {
  [key: string]: Json;
}

/** Keys from the document inwards. */
export type Path = readonly string[];

/** As the cloud writes paths: `channls.0.image.horflip`. */
export function pathText(path: Path): string {
  return path.join('.');
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function valueAt(document: JsonObject, path: Path): Json | undefined {
  let value: Json | undefined = document;
  for (const key of path) value = isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  return value;
}

/** The document with another value in one place; objects on the way are made where they are missing. */
export function withValue(document: JsonObject, path: Path, value: Json): JsonObject {
  const [key, ...rest] = path;
  if (key === undefined) return isObject(value) ? value : document;
  const inner = Object.hasOwn(document, key) ? document[key] : undefined;
  return { ...document, [key]: rest.length === 0 ? value : withValue(isObject(inner) ? inner : {}, rest, value) };
}

export function equal(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((value, index) => equal(value, b[index]));
  }
  if (!isObject(a) || !isObject(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && equal(a[key], b[key]));
}

export interface Difference {
  /** The partial document that makes one into the other. */
  change: JsonObject;
  /** The values that are in it. */
  paths: Path[];
  /** What only the first has: a partial document cannot say that something is to go. */
  removed: Path[];
}

/** What has to be sent to make `base` into `edited`: single values of objects, but arrays whole. */
export function difference(base: JsonObject, edited: JsonObject, at: Path = []): Difference {
  const found: Difference = { change: {}, paths: [], removed: [] };
  for (const key of Object.keys(base)) if (!Object.hasOwn(edited, key)) found.removed.push([...at, key]);
  for (const [key, value] of Object.entries(edited)) {
    const before = Object.hasOwn(base, key) ? base[key] : undefined;
    if (equal(before, value)) continue;
    const path = [...at, key];
    if (isObject(before) && isObject(value)) {
      const inner = difference(before, value, path);
      if (inner.paths.length > 0) found.change[key] = inner.change;
      found.paths.push(...inner.paths);
      found.removed.push(...inner.removed);
    } else {
      found.change[key] = value;
      found.paths.push(path);
    }
  }
  return found;
}

/** The document after a partial one was taken over, as a device does it. */
export function applied(document: JsonObject, change: JsonObject): JsonObject {
  const result = { ...document };
  for (const [key, value] of Object.entries(change)) {
    const before = Object.hasOwn(result, key) ? result[key] : undefined;
    result[key] = isObject(before) && isObject(value) ? applied(before, value) : value;
  }
  return result;
}

/** What somebody edited in one document, upon a newer one: what they did not touch is the newer's. */
export function rebased(base: JsonObject, edited: JsonObject, newer: JsonObject): JsonObject {
  return applied(newer, difference(base, edited).change);
}

/** Of what was asked for, what the device has otherwise. */
export function notTaken(now: JsonObject, change: JsonObject): Path[] {
  return difference(now, applied(now, change)).paths;
}

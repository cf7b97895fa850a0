// Where the programs under test and the tools beside them are.

import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const TARGET = process.env.CARGO_TARGET_DIR ?? path.join(ROOT, 'target');

/** @param {string} file @param {string} remedy */
function program(file, remedy) {
  try {
    accessSync(file, constants.X_OK);
  } catch {
    throw new Error(`${file} is missing: ${remedy}`);
  }
  return file;
}

/** @param {'ovc' | 'ovd' | 'dapctl'} name */
export function built(name) {
  return program(path.join(TARGET, 'debug', name), 'run `make build`');
}

/** An example program of the agent's. @param {'onvif_camera'} name */
export function builtExample(name) {
  return program(path.join(TARGET, 'debug/examples', name), 'run `make build`');
}

/** An ffmpeg that knows HEVC in FLV (Enhanced RTMP), which Debian's does not. */
export function enhancedFfmpeg() {
  return program(path.join(ROOT, '.tools/ffmpeg/bin/ffmpeg'), 'run `scripts/need.sh hevc`');
}

/** An S3 server for tests. */
export function s3Server() {
  return found('s3s-fs') ?? program(path.join(ROOT, '.tools/bin/s3s-fs'), 'run `scripts/need.sh s3`');
}

/** hls.js, for a player in a page of ours. */
export const HLS_SCRIPT = path.join(ROOT, 'console/node_modules/hls.js/dist/hls.min.js');

export const CAMERA_SCRIPT = path.join(ROOT, 'e2e/rtsp_camera.py');

/** The browser: $CHROMIUM, or the first found on the PATH. */
export function chromium() {
  const names = [process.env.CHROMIUM, 'chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
  for (const name of names) {
    const file = name && found(name);
    if (file) return file;
  }
  throw new Error('no Chromium found: run `scripts/need.sh chromium` or set CHROMIUM');
}

/** A program of this name on the PATH; a path is one itself. @param {string} name */
function found(name) {
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  return (name.includes('/') ? [name] : folders.map((folder) => path.join(folder, name))).find((file) => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

// An RTSP camera with a password, played by GStreamer.

import { CAMERA_SCRIPT } from './binaries.js';
import { footage } from './media.js';
import { freePorts } from './ports.js';
import { Process } from './process.js';

const USER = 'admin';
const PASSWORD = 'secret12';

/**
 * @param {import('./scene.js').Scene} scene
 * @param {{ video: 'h264' | 'h265', audio: 'aac' | 'pcma' | 'pcmu', port?: number, file?: string }} options
 *   `file`: what it plays, Matroska with these codecs; the usual footage unless given
 */
export async function startCamera(scene, { video, audio, port, file: given }) {
  const file = given ?? (await footage(video, audio));
  const [free] = port ? [port] : await freePorts(1);
  // Debian's own Python: the GStreamer bindings belong to it.
  const args = [CAMERA_SCRIPT, String(free), USER, PASSWORD, `yard=${video}+${audio}:${file}`];
  const camera = scene.watch(new Process('camera', '/usr/bin/python3', args));
  await camera.logged(/^ready /);
  return { process: camera, url: cameraUrl(free) };
}

/** The address of the camera on that port, running or not. @param {number} port */
export function cameraUrl(port) {
  return `rtsp://${USER}:${PASSWORD}@127.0.0.1:${port}/yard`;
}

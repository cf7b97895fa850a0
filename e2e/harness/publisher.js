// ffmpeg as an RTMP publisher of H.264 and AAC.

import { Process } from './process.js';

/** @param {import('./scene.js').Scene} scene @param {string} url */
export function publish(scene, url) {
  const source = [
    '-re',
    '-f',
    'lavfi',
    '-i',
    'testsrc2=size=320x180:rate=15',
    '-f',
    'lavfi',
    '-i',
    'sine=frequency=440',
  ];
  const video = ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-g', '15', '-pix_fmt', 'yuv420p'];
  const args = ['-hide_banner', ...source, ...video, '-c:a', 'aac', '-f', 'flv', url];
  return scene.watch(new Process('ffmpeg publisher', 'ffmpeg', args));
}

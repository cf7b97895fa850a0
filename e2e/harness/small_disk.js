// A disk of a few megabytes, which can be filled up: a tmpfs in a mount namespace of its own, so that nothing of this
// machine is changed and root is not needed where the kernel lets users have namespaces.

import { once } from 'node:events';
import { statfs, truncate, writeFile, unlink, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { spawn } from 'node:child_process';
import { Process } from './process.js';

const ROOT = process.getuid?.() === 0;
const UNSHARE = ROOT ? ['--mount'] : ['--user', '--map-root-user', '--mount'];
const NSENTER = ROOT ? ['--mount'] : ['--user', '--preserve-credentials', '--mount'];
const MEGABYTE = 1024 * 1024;
const BALLAST = 'ballast';

export class SmallDisk {
  /** @param {number} pid the process that holds the disk @param {string} folder where it is, for programs in there */
  constructor(pid, folder) {
    this.folder = folder;
    /** The words before a command that make it run where the disk is. */
    this.wrap = ['nsenter', '--target', String(pid), ...NSENTER, '--'];
    /** The same folder as it is seen from outside. */
    this.seen = path.join(`/proc/${pid}/root`, folder);
  }

  /** Why there can be none on this machine, if so. @returns {Promise<string | false>} */
  static async missing() {
    const child = spawn('unshare', [...UNSHARE, 'mount', '-t', 'tmpfs', 'none', '/mnt'], { stdio: 'ignore' });
    const ended = await Promise.race([once(child, 'exit'), once(child, 'error')]);
    return ended[0] === 0 ? false : 'no mount namespaces for this user';
  }

  /** @param {import('./scene.js').Scene} scene @param {number} megabytes */
  static async mount(scene, megabytes) {
    const folder = await scene.folder();
    const script = 'mount -t tmpfs -o "size=$1m" none "$2" && echo ready && exec sleep infinity';
    const args = [...UNSHARE, 'sh', '-c', script, 'sh', String(megabytes), folder];
    const holder = scene.watch(new Process('disk', 'unshare', args));
    await holder.logged(/^ready$/);
    const disk = new SmallDisk(holder.child.pid ?? 0, folder);
    await mkdir(disk.seen, { recursive: true });
    return disk;
  }

  /** Bytes that are free. */
  async free() {
    const { bavail, bsize } = await statfs(this.seen);
    return bavail * bsize;
  }

  /** Something else takes the space, but for so many bytes. */
  async fill(leaveBytes = 0) {
    const ballast = path.join(this.seen, BALLAST);
    const piece = Buffer.alloc(MEGABYTE, 1);
    for (;;) {
      const room = (await this.free()) - leaveBytes;
      if (room <= 0) return;
      try {
        await writeFile(ballast, piece.subarray(0, Math.min(room, MEGABYTE)), { flag: 'a' });
      } catch (error) {
        // What the cloud has written meanwhile counts as well.
        if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ENOSPC') return;
        throw error;
      }
    }
  }

  /** It gives it back. */
  async relieve() {
    const ballast = path.join(this.seen, BALLAST);
    await truncate(ballast, 0);
    await unlink(ballast);
  }
}

// Takes an FLV file apart as it comes: just the tags and their times.

const FILE_HEADER = 9;
const TAG_HEADER = 11;
const BACK_POINTER = 4;

const KINDS = /** @type {const} */ ({ 8: 'audio', 9: 'video', 18: 'script' });

/** @typedef {{ kind: 'audio' | 'video' | 'script', timeMs: number, bytes: number }} Tag */

export class FlvReader {
  #rest = Buffer.alloc(0);
  #begun = false;

  /**
   * The tags completed by this piece. Throws where the bytes are no FLV.
   *
   * @param {Uint8Array} piece
   * @returns {Tag[]}
   */
  push(piece) {
    let rest = Buffer.concat([this.#rest, piece]);
    const tags = [];
    if (!this.#begun && rest.length >= FILE_HEADER + BACK_POINTER) {
      if (rest.toString('latin1', 0, 3) !== 'FLV') throw new Error('not an FLV file');
      rest = rest.subarray(FILE_HEADER + BACK_POINTER);
      this.#begun = true;
    }
    while (this.#begun && rest.length >= TAG_HEADER) {
      const bytes = rest.readUIntBE(1, 3);
      const end = TAG_HEADER + bytes;
      if (rest.length < end + BACK_POINTER) break;
      const kind = KINDS[/** @type {keyof typeof KINDS} */ (rest[0] & 0x1f)];
      if (!kind) throw new Error(`an FLV tag of kind ${rest[0]}`);
      if (rest.readUInt32BE(end) !== end) throw new Error('an FLV tag whose length is wrong');
      tags.push({ kind, timeMs: rest.readUIntBE(4, 3) + rest[7] * 2 ** 24, bytes });
      rest = rest.subarray(end + BACK_POINTER);
    }
    this.#rest = rest;
    return tags;
  }
}

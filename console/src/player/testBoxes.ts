/** Builds boxes for the tests of the player. */

export function u32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

export function concat(...parts: Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((p) => [...p]));
}

export function box(type: string, ...content: Uint8Array[]): Uint8Array {
  const body = concat(...content);
  return concat(u32(8 + body.byteLength), new TextEncoder().encode(type), body);
}

export function prft(trackId: number, ingestMs: number, mediaTime: number, version: 0 | 1): Uint8Array {
  const seconds = Math.floor(ingestMs / 1000);
  const fraction = ((ingestMs - seconds * 1000) / 1000) * 2 ** 32;
  const media = version === 1 ? concat(u32(Math.floor(mediaTime / 2 ** 32)), u32(mediaTime % 2 ** 32)) : u32(mediaTime);
  return box('prft', u32(version * 2 ** 24), u32(trackId), u32(seconds + 2_208_988_800), u32(fraction), media);
}

export function initSegment(tracks: { id: number; timescale: number; handler: string }[]): Uint8Array {
  const zero = u32(0);
  const traks = tracks.map((t) =>
    box(
      'trak',
      box('tkhd', zero, zero, zero, u32(t.id), zero),
      box(
        'mdia',
        box('mdhd', zero, zero, zero, u32(t.timescale), zero),
        box('hdlr', zero, zero, new TextEncoder().encode(t.handler), zero),
      ),
    ),
  );
  return concat(box('ftyp', zero), box('moov', box('mvhd', zero), ...traks));
}

import decodeQR from 'qr/decode.js';
import { expect, it } from 'vitest';
import { type QrDrawing, qrOf } from './qr';

/** Pixels to a module, as on a screen that a phone looks at. */
const SCALE = 4;

function picture({ side, path }: QrDrawing): { width: number; height: number; data: Uint8Array } {
  const width = side * SCALE;
  const data = new Uint8Array(width * width * 4).fill(255);
  for (const [, x, y, length] of path.matchAll(/M(\d+) (\d+)h(\d+)v1h-\3z/g)) {
    for (let row = Number(y) * SCALE; row < (Number(y) + 1) * SCALE; row += 1) {
      const from = (row * width + Number(x) * SCALE) * 4;
      for (let at = from; at < from + Number(length) * SCALE * 4; at += 4) data.fill(0, at, at + 3);
    }
  }
  return { width, height: width, data };
}

it.each(['{"id":"7Gk2mP9xQ4wZ"}', 'otpauth://totp/OVS:mai?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=OVS', '门口'])(
  'draws what cameras read back: %s',
  (text) => {
    expect(decodeQR(picture(qrOf(text)))).toBe(text);
  },
);

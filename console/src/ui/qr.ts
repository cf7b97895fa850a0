import encodeQR from 'qr';

/** The light margin that readers need around the code, in modules. */
const QUIET_ZONE = 4;

export interface QrDrawing {
  /** Width and height, in modules, with the margin. */
  side: number;
  /** The dark modules as one SVG path. */
  path: string;
}

/** The QR code of a text, to be drawn. */
export function qrOf(text: string): QrDrawing {
  const rows = encodeQR(text, 'raw', { ecc: 'medium', border: QUIET_ZONE });
  return { side: rows.length, path: rows.map(rowPath).join('') };
}

/** One rectangle for each run of dark modules. */
function rowPath(row: readonly boolean[], y: number): string {
  let path = '';
  for (let x = 0; x < row.length; x += 1) {
    if (!row[x]) continue;
    const from = x;
    while (row[x + 1]) x += 1;
    const width = x - from + 1;
    path += `M${from} ${y}h${width}v1h-${width}z`;
  }
  return path;
}

import { useMemo } from 'react';
import { qrOf } from './qr';

export default function QrDrawing({ text }: { text: string }) {
  const { side, path } = useMemo(() => qrOf(text), [text]);
  return (
    <svg viewBox={`0 0 ${side} ${side}`} shapeRendering="crispEdges" aria-hidden="true">
      <path d={path} fill="#000" />
    </svg>
  );
}

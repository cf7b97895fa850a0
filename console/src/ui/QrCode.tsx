import { lazy, Suspense } from 'react';
import classes from './QrCode.module.css';

interface Props {
  /** What a camera reads from it. */
  text: string;
  /** What it is good for, for those who cannot see it. */
  label: string;
  testId?: string;
}

// The few who need one fetch what draws it.
const QrDrawing = lazy(() => import('./QrDrawing'));

/** A QR code, dark on white in either colour scheme: many cameras read no other. Drawn here: no secret leaves the page. */
export function QrCode({ text, label, testId = 'qr-code' }: Props) {
  return (
    <div role="img" aria-label={label} className={classes.code} data-testid={testId}>
      <Suspense fallback={null}>
        <QrDrawing text={text} />
      </Suspense>
    </div>
  );
}

import { useRef } from 'react';
import classes from './LivePreview.module.css';
import { useLivePlayer, usePlayerStatus } from './useLivePlayer';

/** A channel's moving picture without any controls, silent. Shows nothing until there is a picture. */
export function LivePreview({ loginCode, channel }: { loginCode: string; channel: number }) {
  const frame = useRef<HTMLSpanElement>(null);
  const video = useRef<HTMLVideoElement>(null);
  const still = useRef<HTMLCanvasElement>(null);
  const { state } = usePlayerStatus(useLivePlayer({ frame, video, still }, loginCode, channel));
  return (
    <span ref={frame} className={classes.preview} data-testid="preview" data-state={state}>
      <video ref={video} className={classes.picture} muted playsInline tabIndex={-1} />
      <canvas ref={still} className={classes.picture} hidden />
    </span>
  );
}

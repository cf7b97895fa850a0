/**
 * The last picture seen of each channel, small, for lists and for the moment before a stream starts. Kept for this browser
 * tab only and forgotten at log-out: pictures of people's homes do not belong on a disk.
 */
const WIDTH = 384;
const CAPACITY = 200;

const pictures = new Map<string, string>();
const listeners = new Set<() => void>();

export function posterKey(loginCode: string, channel: number): string {
  return `${loginCode}/${channel}`;
}

export function posterOf(key: string): string | undefined {
  return pictures.get(key);
}

export function onPosters(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Keeps what the video shows now, if it shows anything. */
export function takePoster(key: string, video: HTMLVideoElement): void {
  if (video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA || video.videoWidth === 0) return;
  const canvas = document.createElement('canvas');
  canvas.width = WIDTH;
  canvas.height = Math.round((WIDTH * video.videoHeight) / video.videoWidth);
  canvas.getContext('2d')?.drawImage(video, 0, 0, canvas.width, canvas.height);
  pictures.delete(key);
  pictures.set(key, canvas.toDataURL('image/jpeg', 0.7));
  const oldest = pictures.keys().next().value;
  if (pictures.size > CAPACITY && oldest !== undefined) pictures.delete(oldest);
  for (const listener of listeners) listener();
}

/** For those who may no longer watch the channel. */
export function forgetPoster(key: string): void {
  if (pictures.delete(key)) for (const listener of listeners) listener();
}

export function forgetPosters(): void {
  pictures.clear();
  for (const listener of listeners) listener();
}

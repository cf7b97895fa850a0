/** Saves the picture on screen, at the stream's full resolution, as a JPEG file. False where there is none. */
export async function saveSnapshot(video: HTMLVideoElement, name: string): Promise<boolean> {
  if (video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA || video.videoWidth === 0) return false;
  const canvas = document.createElement('canvas');
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  canvas.getContext('2d')?.drawImage(video, 0, 0);
  const blob = await new Promise<Blob | null>((resolve) => {
    canvas.toBlob(resolve, 'image/jpeg', 0.95);
  });
  if (!blob) return false;
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = snapshotFileName(name, new Date());
  link.click();
  // The download reads the URL after this turn of the event loop.
  setTimeout(() => {
    URL.revokeObjectURL(link.href);
  }, 10_000);
  return true;
}

/** E.g. "Front door 2026-11-22 20-15-03.jpg", in local time: without characters that file systems refuse. */
export function snapshotFileName(name: string, at: Date): string {
  const two = (n: number): string => String(n).padStart(2, '0');
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  const time = `${two(at.getHours())}-${two(at.getMinutes())}-${two(at.getSeconds())}`;
  // eslint-disable-next-line no-control-regex
  const safe = name.replace(/[\u0000-\u001f/\\:*?"<>|]+/g, '_').trim();
  return `${safe} ${day} ${time}.jpg`;
}

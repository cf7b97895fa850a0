const VOLUME_KEY = 'ovs.volume';

/** Sets the volume the person chose last, in this browser. */
export function restoreVolume(video: HTMLVideoElement): void {
  const stored = Number(localStorage.getItem(VOLUME_KEY) ?? 1);
  video.volume = stored >= 0 && stored <= 1 ? stored : 1;
}

/** @param volume 0 to 1; what lies outside is cut. 0 mutes. */
export function setVolume(video: HTMLVideoElement, volume: number): void {
  video.volume = Math.min(1, Math.max(0, volume));
  video.muted = video.volume === 0;
  localStorage.setItem(VOLUME_KEY, String(video.volume));
}

export function toggleMute(video: HTMLVideoElement): void {
  video.muted = !video.muted;
  if (!video.muted && video.volume === 0) video.volume = 0.5;
}

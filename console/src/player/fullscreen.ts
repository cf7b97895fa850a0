/** Shows the frame with its controls on the full screen, or leaves it. */
export function toggleFullscreen(frame: HTMLElement, video: HTMLVideoElement): void {
  if (document.fullscreenElement) {
    void document.exitFullscreen();
    return;
  }
  // iPhones know full screen only for the video itself, under a name of their own.
  if ('requestFullscreen' in frame) void frame.requestFullscreen();
  else (video as { webkitEnterFullscreen?: () => void }).webkitEnterFullscreen?.();
}

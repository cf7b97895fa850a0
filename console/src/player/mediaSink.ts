import type { Range } from './liveEdge';

/** Bytes that may wait for the browser. Beyond it the picture is hopelessly late: the player joins anew at the live edge. */
const MAX_PENDING_BYTES = 16 * 1024 * 1024;
/** Several waiting fragments are appended as one, up to about this size. */
const APPEND_BYTES = 512 * 1024;

type Item = { type: string } | { bytes: Uint8Array };

export type SinkFailure = 'decode_failed' | 'overflow';

/** iOS offers only the managed kind of MediaSource (Media Source Extensions 2, "ManagedMediaSource"). */
function mediaSourceClass(): typeof MediaSource | undefined {
  const scope = globalThis as { MediaSource?: typeof MediaSource; ManagedMediaSource?: typeof MediaSource };
  return scope.MediaSource ?? scope.ManagedMediaSource;
}

/** Whether this browser plays such media; undefined where it has no Media Source Extensions at all. */
export function canPlay(mime: string): boolean | undefined {
  return mediaSourceClass()?.isTypeSupported(mime);
}

/** One MediaSource with one SourceBuffer behind a bounded queue. Belongs to one video element until closed. */
export class MediaSink {
  private readonly source: MediaSource;
  private readonly url: string;
  private buffer: SourceBuffer | undefined;
  private queue: Item[] = [];
  private pendingBytes = 0;
  private trimTo: number | undefined;
  private closed = false;

  constructor(
    private readonly video: HTMLVideoElement,
    private mime: string,
    private readonly onFailure: (failure: SinkFailure) => void,
  ) {
    const Source = mediaSourceClass();
    if (!Source) throw new Error('no Media Source Extensions');
    this.source = new Source();
    this.source.addEventListener('sourceopen', this.onOpen, { once: true });
    this.url = URL.createObjectURL(this.source);
    // A managed source is refused while the element could be cast elsewhere.
    video.disableRemotePlayback = true;
    video.src = this.url;
  }

  /** Appends whole boxes, in order. */
  append(bytes: Uint8Array): void {
    if (this.closed) return;
    this.pendingBytes += bytes.byteLength;
    if (this.pendingBytes > MAX_PENDING_BYTES) {
      this.fail('overflow');
      return;
    }
    this.queue.push({ bytes });
    this.pump();
  }

  /** Media appended from here on is of another type. False where the browser cannot change over: build a new sink then. */
  changeType(mime: string): boolean {
    if (mime === this.mime) return true;
    if (!('changeType' in SourceBuffer.prototype)) return false;
    this.mime = mime;
    this.queue.push({ type: mime });
    this.pump();
    return true;
  }

  /** Forgets media before this time, s, as soon as the browser is free to. */
  trim(before: number): void {
    this.trimTo = Math.max(before, this.trimTo ?? 0);
    this.pump();
  }

  ranges(): Range[] {
    const found: Range[] = [];
    if (this.closed || !this.buffer || this.source.readyState === 'closed') return found;
    const { buffered } = this.buffer;
    for (let i = 0; i < buffered.length; i += 1) found.push({ start: buffered.start(i), end: buffered.end(i) });
    return found;
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.queue = [];
    this.source.removeEventListener('sourceopen', this.onOpen);
    this.buffer?.removeEventListener('updateend', this.pump);
    URL.revokeObjectURL(this.url);
    if (this.video.src === this.url) {
      this.video.removeAttribute('src');
      this.video.load();
    }
  }

  private readonly onOpen = (): void => {
    if (this.closed) return;
    try {
      this.buffer = this.source.addSourceBuffer(this.mime);
      this.buffer.addEventListener('updateend', this.pump);
    } catch {
      this.fail('decode_failed');
      return;
    }
    this.pump();
  };

  private readonly pump = (): void => {
    const { buffer } = this;
    if (this.closed || !buffer || buffer.updating || this.source.readyState !== 'open') return;
    try {
      if (this.removeTrimmed(buffer)) return;
      this.appendNext(buffer);
    } catch (error) {
      if (error instanceof DOMException && error.name === 'QuotaExceededError' && this.makeRoom(buffer)) return;
      this.fail('decode_failed');
    }
  };

  private removeTrimmed(buffer: SourceBuffer): boolean {
    const before = this.trimTo;
    this.trimTo = undefined;
    if (before === undefined || buffer.buffered.length === 0 || buffer.buffered.start(0) >= before) return false;
    buffer.remove(0, before);
    return true;
  }

  private appendNext(buffer: SourceBuffer): void {
    let first = this.queue[0];
    while (first && 'type' in first) {
      buffer.changeType(first.type);
      this.queue.shift();
      first = this.queue[0];
    }
    if (!first) return;
    const parts: Uint8Array[] = [];
    let size = 0;
    for (const item of this.queue) {
      if ('type' in item || (size > 0 && size + item.bytes.byteLength > APPEND_BYTES)) break;
      parts.push(item.bytes);
      size += item.bytes.byteLength;
    }
    buffer.appendBuffer(joined(parts, size));
    // Only after the browser took them: on a full buffer they are tried again.
    this.queue.splice(0, parts.length);
    this.pendingBytes -= size;
  }

  /** The browser's buffer is full: drops what was played. False where nothing can be dropped. */
  private makeRoom(buffer: SourceBuffer): boolean {
    const before = this.video.currentTime - 1;
    if (buffer.buffered.length === 0 || buffer.buffered.start(0) >= before) return false;
    buffer.remove(0, before);
    return true;
  }

  private fail(failure: SinkFailure): void {
    if (this.closed) return;
    this.close();
    this.onFailure(failure);
  }
}

function joined(parts: Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.byteLength;
  }
  return whole;
}

import type { FailureCode } from './retry';

export type PlayerState =
  /** No picture of the present connection yet. */
  | 'connecting'
  | 'playing'
  /** Connected, but the picture stands: the device is away or the network does not keep up. */
  | 'waiting'
  /** Not pulling, because somebody or something asked for it. */
  | 'paused'
  /** No picture, and the reason is known. Tried again at `retryAtMs` where that makes sense. */
  | 'error'
  /** This browser cannot play it. */
  | 'unsupported';

/** Why pulling is suspended: the person pressed pause, or nobody can see the picture. */
export type Hold = 'user' | 'unseen';

export interface PlayerStats {
  /** From the frame's entry into the cloud to the screen, ms. */
  latencyMs: number | undefined;
  bitrateBps: number;
  framesPerSecond: number;
  /** Media ahead of the picture, ms. */
  bufferMs: number;
  droppedFrames: number;
  /** When this was measured (local wall clock, ms). */
  atMs: number;
}

export interface PlayerStatus {
  state: PlayerState;
  /** In state `waiting`: who keeps us waiting. */
  waitingFor: 'device' | 'network' | undefined;
  failure: { code: FailureCode; message: string | undefined } | undefined;
  /** When the next attempt is made (Date.now() scale, ms). */
  retryAtMs: number | undefined;
  streamId: string | undefined;
  mime: string | undefined;
  width: number | undefined;
  height: number | undefined;
  stats: PlayerStats | undefined;
}

export const INITIAL_STATUS: PlayerStatus = {
  state: 'connecting',
  waitingFor: undefined,
  failure: undefined,
  retryAtMs: undefined,
  streamId: undefined,
  mime: undefined,
  width: undefined,
  height: undefined,
  stats: undefined,
};

/** Where to pull a stream from. */
export interface LiveGrant {
  streamId: string;
  /** WebSocket URL, carrying its own short-lived token. */
  url: string;
}

/** The cloud said why there is no stream. `message` is the cloud's English text, for codes the console has no words for. */
export class LiveRefused extends Error {
  override readonly name = 'LiveRefused';

  constructor(
    readonly code: FailureCode,
    message: string,
  ) {
    super(message);
  }
}

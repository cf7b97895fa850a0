/** What the player should do now to stay close behind the live edge without running dry. */
export interface EdgeAction {
  playbackRate: number;
  /** Media time to jump to, s. */
  seekTo?: number;
  /** Everything before this media time may be forgotten, s. */
  trimBefore?: number;
}

/** A contiguous stretch of buffered media, s. */
export interface Range {
  start: number;
  end: number;
}

const MIN_TARGET_S = 0.3;
const MAX_TARGET_S = 1;
/** Beyond target by this much, a jump is less annoying than a minute of fast playing. */
const JUMP_S = 1.5;
/** Just after joining, the past since the last keyframe is skipped rather than played faster: nobody has seen it yet. */
const JOINING_MS = 1500;
const JOINING_JUMP_S = 0.5;
/** Catching up begins beyond target by this much, and ends at target. */
const SLACK_S = 0.2;
/** A stall-free time after which a little less buffer is tried. */
const CALM_MS = 10_000;
/** Played media kept behind, and how much may gather before it is trimmed (a trim costs the browser some work). */
const KEEP_BEHIND_S = 6;
const TRIM_AT_S = 16;

/**
 * Decides playback rate, jumps and trimming from what is buffered. Pure: times come in, decisions go out. The distance kept
 * (target) grows when the network lets the buffer run dry and shrinks again in calm times.
 */
export class LiveEdge {
  private target = MIN_TARGET_S;
  private catchingUp = false;
  private calmSinceMs: number | undefined;
  private joiningUntilMs = 0;

  /** Distance kept behind the newest buffered media, s. */
  get targetS(): number {
    return this.target;
  }

  /** A stream begins, or goes on after a break. */
  onJoin(nowMs: number): void {
    this.joiningUntilMs = nowMs + JOINING_MS;
  }

  /** The buffer ran dry while playing. */
  onStall(nowMs: number): void {
    this.target = Math.min(this.target * 1.4, MAX_TARGET_S);
    this.calmSinceMs = nowMs;
  }

  decide(nowMs: number, currentTime: number, ranges: readonly Range[]): EdgeAction {
    this.relax(nowMs);
    const newest = ranges.at(-1);
    if (!newest) return { playbackRate: 1 };

    const aim = Math.max(newest.start, newest.end - this.target);
    if (!ranges.some((r) => currentTime >= r.start - 0.05 && currentTime <= r.end + 0.05)) {
      return this.jump(aim);
    }
    const mine = ranges.find((r) => currentTime <= r.end + 0.05);
    // A hole ahead (the cloud skipped us to a keyframe): playing would stop at its border for ever.
    if (mine && mine !== newest && mine.end - currentTime < 0.15) return this.jump(aim);

    const behind = newest.end - currentTime;
    const jumpBehind = nowMs < this.joiningUntilMs ? JOINING_JUMP_S : JUMP_S;
    if (behind > this.target + jumpBehind) return this.jump(aim);

    const oldest = ranges[0]?.start ?? currentTime;
    const trim = currentTime - oldest > TRIM_AT_S ? { trimBefore: currentTime - KEEP_BEHIND_S } : {};
    return { playbackRate: this.rateFor(behind), ...trim };
  }

  private rateFor(behind: number): number {
    if (behind > this.target + SLACK_S) this.catchingUp = true;
    else if (behind <= this.target) this.catchingUp = false;
    if (!this.catchingUp) return 1;
    return behind > this.target + 1 ? 1.1 : 1.05;
  }

  private jump(seekTo: number): EdgeAction {
    this.catchingUp = false;
    return { playbackRate: 1, seekTo };
  }

  private relax(nowMs: number): void {
    this.calmSinceMs ??= nowMs;
    if (nowMs - this.calmSinceMs < CALM_MS) return;
    this.calmSinceMs = nowMs;
    this.target = Math.max(this.target * 0.85, MIN_TARGET_S);
  }
}

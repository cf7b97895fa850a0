import type { Move } from './direction';

/** One command of DAP's CtrlPTZ. */
export interface PtzCommand {
  op: string;
  value?: number;
}

/** What became of a command, as far as steering has to know. */
export type Sent =
  | 'ok'
  /** It is not known whether it arrived, or the cloud may take it when asked again. */
  | 'unsure'
  /** It was refused, and will be when asked again. */
  | 'refused';

export interface SteeringOptions {
  /** Sends one command. Must not reject. */
  send: (command: PtzCommand) => Promise<Sent>;
  /** Sends at once, beside whatever is under way, and so that the page's end does not stop it. */
  sendParting: (command: PtzCommand) => void;
  /** Waits before a stop is sent again, ms. */
  retryMs?: readonly number[];
  /** After a movement whose fate is not known, the stop is said once more after this time, ms. */
  confirmMs?: number;
}

const RETRY_MS = [100, 200, 400, 800, 1500, 3000, 5000, 5000, 5000, 10_000] as const;
const CONFIRM_MS = 1000;

/**
 * Brings movements to the device in the order in which they were made, one at a time, so that a stop cannot arrive before
 * what it stops. While one is under way only the latest wish is kept: a slow connection must not replay a minute of steering.
 * A stop is sent until the cloud has taken it, and nothing overtakes it.
 */
export class Steering {
  readonly #options: SteeringOptions;
  #queue: PtzCommand[] = [];
  #busy = false;
  /** The device may be moving: a movement was sent and no stop after it was taken. */
  #moving = false;
  /** The fate of a movement is unknown: it may still arrive after the stop. */
  #unsure = false;
  /** What the person wants now, so that the same is not sent twice. */
  #wish: PtzCommand | undefined;
  #confirmTimer: ReturnType<typeof setTimeout> | undefined;
  #wake: (() => void) | undefined;

  constructor(options: SteeringOptions) {
    this.#options = options;
  }

  /** Starts a movement, or changes the one there is; lasts until `stop`. */
  move(op: Move, value: number): void {
    if (this.#wish?.op === op && this.#wish.value === value) return;
    this.#wish = { op, value };
    // Only the newest movement counts; a stop before it stays before it.
    this.#queue = this.#queue.filter(({ op: queued }) => !isMovement(queued));
    this.#push(this.#wish);
  }

  /** Ends the movement. Harmless where there is none. */
  stop(): void {
    if (this.#wish === undefined) return;
    this.#wish = undefined;
    if (this.#queue.at(-1)?.op !== 'stop') this.#push({ op: 'stop' });
  }

  /** A single step, or what has to do with a position: sent as often as asked. */
  once(command: PtzCommand): void {
    this.#push(command);
  }

  /** The page is going away: whatever moves is stopped at once. */
  part(): void {
    const mayMove = this.#moving || this.#wish !== undefined || this.#queue.length > 0;
    clearTimeout(this.#confirmTimer);
    this.#wish = undefined;
    if (!mayMove) return;
    this.#queue = [];
    this.#moving = false;
    this.#options.sendParting({ op: 'stop' });
  }

  #push(command: PtzCommand): void {
    clearTimeout(this.#confirmTimer);
    this.#queue.push(command);
    this.#wake?.();
    void this.#run();
  }

  async #run(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    for (let command = this.#queue.shift(); command; command = this.#queue.shift()) {
      if (command.op === 'stop') {
        await this.#sendStop();
        continue;
      }
      if (isMovement(command.op)) this.#moving = true;
      if ((await this.#options.send(command)) === 'unsure' && isMovement(command.op)) this.#unsure = true;
    }
    this.#busy = false;
  }

  async #sendStop(): Promise<void> {
    const waits = this.#options.retryMs ?? RETRY_MS;
    for (let attempt = 0; ; attempt += 1) {
      const sent = await this.#options.send({ op: 'stop' });
      if (sent === 'unsure' && attempt < waits.length) {
        await this.#pause(waits[attempt] ?? 0);
        continue;
      }
      this.#moving = false;
      break;
    }
    if (!this.#unsure) return;
    this.#unsure = false;
    this.#confirmTimer = setTimeout(() => {
      this.#push({ op: 'stop' });
    }, this.#options.confirmMs ?? CONFIRM_MS);
  }

  /** Cut short by whatever is asked for next: somebody is at the stick, and the cloud may be back. */
  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(done, ms);
      function done(): void {
        clearTimeout(timer);
        resolve();
      }
      this.#wake = done;
    });
  }
}

function isMovement(op: string): boolean {
  return op !== 'stop' && !op.endsWith('_step') && !op.endsWith('_preset');
}

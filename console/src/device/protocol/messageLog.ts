import { marker, type Message } from './message';

/** So many messages are kept; the oldest go first. */
export const MAX_MESSAGES = 5000;
/** And so many characters of them. */
const MAX_CHARS = 32 * 1024 * 1024;
/** How often what came is shown: messages may come by the hundred. */
const FLUSH_MS = 60;

export interface LogView {
  messages: readonly Message[];
  /** Came while the log was paused and waits. */
  waiting: number;
  paused: boolean;
}

/** The messages of a page, bounded. What is shown changes a few times a second at most. */
export class MessageLog {
  private view: LogView = { messages: [], waiting: 0, paused: false };
  private came: Message[] = [];
  private nextKey = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly listeners = new Set<() => void>();

  /** For `useSyncExternalStore`. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly current = (): LogView => this.view;

  /** A key for the next message. */
  takeKey(): number {
    this.nextKey += 1;
    return this.nextKey;
  }

  add(message: Message): void {
    this.came.push(message);
    // While paused, the oldest of what waits go, as they would from what is shown.
    if (this.came.length > 2 * MAX_MESSAGES) this.came = bounded(this.came);
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.flush();
    }, FLUSH_MS);
  }

  /** Something passed while nobody could see it. */
  addGap(): void {
    if (this.view.messages.length + this.came.length > 0) this.add(marker(this.takeKey(), 'gap'));
  }

  setPaused(paused: boolean): void {
    this.view = { ...this.view, paused };
    this.flush();
  }

  clear(): void {
    this.came = [];
    this.show({ ...this.view, messages: [], waiting: 0 });
  }

  private flush(): void {
    if (this.view.paused) {
      this.show({ ...this.view, waiting: Math.min(this.came.length, MAX_MESSAGES) });
      return;
    }
    const messages = this.came.length > 0 ? bounded([...this.view.messages, ...this.came]) : this.view.messages;
    this.came = [];
    this.show({ ...this.view, messages, waiting: 0 });
  }

  private show(view: LogView): void {
    this.view = view;
    for (const listener of this.listeners) listener();
  }
}

/** The newest of them that have room. */
export function bounded(messages: Message[]): Message[] {
  let chars = 0;
  let from = messages.length;
  while (from > 0 && messages.length - from < MAX_MESSAGES) {
    chars += messages[from - 1]?.text.length ?? 0;
    if (chars > MAX_CHARS) break;
    from -= 1;
  }
  return from === 0 ? messages : messages.slice(from);
}

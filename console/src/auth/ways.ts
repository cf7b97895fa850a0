/** How the pages before the login lead to each other. What must not be in an address is handed over in the history's state. */

export type Notice = 'reset' | 'invited';

interface WayState {
  next?: string;
  notice?: Notice;
}

/** The way to the login page and back, for links with a token: it stays out of addresses that are sent to the cloud. */
export function wayBackTo(next: string, notice?: Notice): WayState {
  return { next, ...(notice ? { notice } : {}) };
}

export function noticeIn(state: unknown): Notice | undefined {
  const notice = typeof state === 'object' && state !== null && 'notice' in state ? state.notice : undefined;
  return notice === 'reset' || notice === 'invited' ? notice : undefined;
}

export function pathAfterLogin(state: unknown, asked: string | null): string {
  const next = typeof state === 'object' && state !== null && 'next' in state ? state.next : undefined;
  return localPath(typeof next === 'string' ? next : asked);
}

/** A path of this console. Anything else could lead people to a stranger's page. */
function localPath(next: string | null): string {
  return next?.startsWith('/') && !/^\/[/\\]/.test(next) ? next : '/devices';
}

/** The token of a link such as `/invite#…`: browsers keep what follows the `#` to themselves. */
export function tokenIn(hash: string): string {
  try {
    return decodeURIComponent(hash.replace(/^#/, '')).trim();
  } catch {
    return '';
  }
}

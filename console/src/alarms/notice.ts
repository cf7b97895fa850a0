import { useSyncExternalStore } from 'react';

/**
 * How this browser tells of new alarms: not at all, in the console, or by its own notifications, too, while another window or tab
 * is looked at.
 */
export const NOTICES = ['off', 'console', 'browser'] as const;
export type Notice = (typeof NOTICES)[number];

const STORED = 'ovs.alarmNotice';

let notice: Notice = NOTICES.find((known) => known === localStorage.getItem(STORED)) ?? 'console';
const listeners = new Set<() => void>();

export function noticeNow(): Notice {
  return notice;
}

export function setNotice(wanted: Notice): void {
  notice = wanted;
  localStorage.setItem(STORED, wanted);
  for (const listener of listeners) listener();
}

export function useNotice(): Notice {
  return useSyncExternalStore(subscribe, noticeNow);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Whether this browser has notifications of its own: they need a secure connection. */
export function hasBrowserNotices(): boolean {
  return 'Notification' in globalThis && globalThis.isSecureContext;
}

/** Asks the person whether the browser may; false where not. */
export async function allowBrowserNotices(): Promise<boolean> {
  return hasBrowserNotices() && (await Notification.requestPermission()) === 'granted';
}

interface BrowserNotice {
  title: string;
  body: string;
  onOpen: () => void;
}

/** One at a time: the next one takes the place of the one before. */
export function showBrowserNotice({ title, body, onOpen }: BrowserNotice): void {
  if (!hasBrowserNotices() || Notification.permission !== 'granted') return;
  try {
    const shown = new Notification(title, { body, tag: 'ovs-alarm', icon: '/icon.svg' });
    shown.onclick = () => {
      globalThis.focus();
      onOpen();
      shown.close();
    };
  } catch {
    // Phones offer the name and refuse the thing.
  }
}

/** The keys that work everywhere. Players have their own while focused (see player/LivePlayerView). */
const HELP_EVENT = 'ovs:shortcuts-help';

export function openShortcutsHelp(): void {
  globalThis.dispatchEvent(new Event(HELP_EVENT));
}

export function onShortcutsHelp(listener: () => void): () => void {
  globalThis.addEventListener(HELP_EVENT, listener);
  return () => {
    globalThis.removeEventListener(HELP_EVENT, listener);
  };
}

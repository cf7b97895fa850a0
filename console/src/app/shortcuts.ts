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

/** Marks the field that "/" leads to. */
export const SEARCH_FIELD_ID = 'search';

/** False where the present page has no search field. */
export function focusSearch(): boolean {
  const field = document.getElementById(SEARCH_FIELD_ID);
  if (!(field instanceof HTMLInputElement)) return false;
  field.focus();
  field.select();
  return true;
}

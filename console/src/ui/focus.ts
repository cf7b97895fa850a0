/** As a `ref`: the one thing to do on the page has the focus when it appears. */
export function focusAtFirst(field: HTMLElement | null): void {
  field?.focus();
}

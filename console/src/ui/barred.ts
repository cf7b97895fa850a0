/** How a button looks that cannot be used now. It keeps the focus, so that the reason in its tooltip can be read. */
export function barredLook(reason: string | undefined): { 'data-disabled'?: true; 'aria-disabled'?: true } {
  return reason === undefined ? {} : { 'data-disabled': true, 'aria-disabled': true };
}

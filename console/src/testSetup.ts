/** The API's client asks its page where the cloud is. */
Object.assign(globalThis, { location: new URL('http://ovs.test/') });
/** Dates are written as in the region of the page's browser; later Node has a navigator of its own, of the machine's region. */
Object.defineProperty(globalThis, 'navigator', { value: { languages: ['en-US'] }, configurable: true });

/** The API's client asks its page where the cloud is. */
Object.assign(globalThis, { location: new URL('http://ovs.test/') });

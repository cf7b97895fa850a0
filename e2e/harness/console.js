// The web console as a person uses it: by what is written on it.

import { until } from './wait.js';

/** @typedef {import('playwright-core').Page} Page */

export class Console {
  /** @param {Page} page */
  constructor(page) {
    this.page = page;
  }

  /**
   * A page of the console, logged in as administrator.
   *
   * @param {import('./scene.js').Scene} scene
   * @param {import('./ovc.js').Ovc} ovc
   * @param {import('playwright-core').BrowserContextOptions} [options]
   */
  static async open(scene, ovc, options) {
    const page = await scene.page(options);
    await page.goto(ovc.url);
    const seen = new Console(page);
    await seen.logIn('admin', ovc.password);
    await page.getByRole('button', { name: 'Account and settings' }).waitFor();
    return seen;
  }

  /** @param {string} username @param {string} password */
  async logIn(username, password) {
    await this.page.getByLabel('User name').fill(username);
    await this.page.getByLabel('Password', { exact: true }).fill(password);
    await this.page.getByRole('button', { name: 'Log in' }).click();
  }

  /** Goes from the list of devices to one of them. @param {string} name */
  async openDevice(name) {
    await this.page.getByRole('link', { name }).first().click();
    await this.page.getByRole('heading', { name }).waitFor();
  }

  /** Opens a page of the device that is open. @param {string} tab its path */
  async openTab(tab) {
    await this.page.getByTestId(`tab-${tab}`).click();
  }

  /** Waits until an image shows a picture, and returns its size. @param {import('playwright-core').Locator} image */
  async imageShown(image) {
    return until('the image is shown', () =>
      image.evaluate((element) => {
        const { complete, naturalWidth: width, naturalHeight: height } = /** @type {HTMLImageElement} */ (element);
        return complete && width > 0 ? { width, height } : undefined;
      }),
    );
  }

  /** The picture of the only channel, or of the n-th. */
  video(index = 0) {
    return this.page.locator('video').nth(index);
  }

  /**
   * The player of a channel, as its `data-` attributes tell: state, latency-ms, width, …
   *
   * @param {number} [index]
   */
  player(index = 0) {
    return this.page.getByTestId('player').nth(index);
  }

  /** Remembers this document; `sameDocument` then tells whether the page was loaded anew since. */
  async mark() {
    await this.page.evaluate(() => Object.assign(globalThis, { markedByTheJourney: true }));
  }

  async sameDocument() {
    return this.page.evaluate(() => 'markedByTheJourney' in globalThis);
  }
}

// The page that shows what passes between a device and the cloud, by what is on it.

export class ProtocolPage {
  /** @param {import('playwright-core').Page} page */
  constructor(page) {
    this.page = page;
    this.view = page.getByTestId('protocol');
  }

  /** Waits until the device is seen to be connected. */
  async connected() {
    await this.page.locator('[data-testid=protocol][data-connected=true]').waitFor();
  }

  /**
   * Messages of the list that are in sight.
   *
   * @param {{ kind?: string, direction?: 'up' | 'down', method?: string, level?: 'error' | 'warning' }} [which]
   */
  messages(which = {}) {
    const wanted = Object.entries(which).map(([name, value]) => `[data-${name}="${value}"]`);
    return this.page.locator(`[data-testid=message]${wanted.join('')}`);
  }

  /** How many there are in the list, in sight or not. */
  async count() {
    return Number(await this.page.getByTestId('messages').getAttribute('data-count'));
  }

  /** Opens the part beside the messages. @param {'Message' | 'Send'} name */
  async show(name) {
    await this.view.locator('aside').getByText(name, { exact: true }).first().click();
  }

  /** Sends a text as it is. @param {string} text */
  async sendRaw(text) {
    await this.show('Send');
    await this.page.getByText('Raw text', { exact: true }).first().click();
    await this.page.getByTestId('raw-text').fill(text);
    await this.page.getByTestId('send').click();
  }

  /** Chooses a method, as by typing its name. @param {string} method */
  async choose(method) {
    await this.show('Send');
    await this.page.getByText('A method', { exact: true }).click();
    await this.page.getByTestId('compose-method').fill(method);
    await this.page.getByRole('option', { name: method, exact: true }).click();
  }
}

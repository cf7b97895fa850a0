// The console's timeline of recordings, by mouse: which time is where.

import { until } from './wait.js';

/** As high as the times above the lanes, px. */
const RULER = 24;

export class Timeline {
  /** @param {import('playwright-core').Page} page @param {number} [lanes] channels, one below the other */
  constructor(page, lanes = 1) {
    this.page = page;
    this.lanes = lanes;
    this.slider = page.getByTestId('timeline-slider');
    this.area = this.slider.locator('[data-part]');
  }

  /** The time in view, ms since the epoch. */
  async view() {
    const [from, to] = await Promise.all(['from', 'to'].map((end) => this.slider.getAttribute(`data-${end}`)));
    return { from: Number(from), to: Number(to) };
  }

  /** The moment that is said to be shown. */
  async said() {
    return Number(await this.page.getByTestId('recording-at').getAttribute('data-at'));
  }

  /** Where in the window a time is, on one of the lanes. @param {number} at @param {number} [lane] */
  async place(at, lane = 0) {
    await this.area.scrollIntoViewIfNeeded();
    const { from, to } = await this.view();
    const box = await this.area.boundingBox();
    if (!box) throw new Error('there is no timeline');
    return {
      x: box.x + ((at - from) / (to - from)) * box.width,
      y: box.y + RULER + ((lane + 0.5) / this.lanes) * (box.height - RULER),
      msOfPixel: (to - from) / box.width,
    };
  }

  /** @param {number} at @param {number} [lane] */
  async point(at, lane) {
    const { x, y } = await this.place(at, lane);
    await this.page.mouse.move(x, y);
  }

  /** Drags from one time to another; returns by how much a pixel is off. @param {number} from @param {number} to */
  async drag(from, to) {
    await this.point(from);
    await this.page.mouse.down();
    const { x, y, msOfPixel } = await this.place(to);
    await this.page.mouse.move(x, y, { steps: 8 });
    await this.page.mouse.up();
    return msOfPixel;
  }

  /** Turns the wheel over a time until less than so much is in view. @param {number} at @param {number} ms */
  async zoomIn(at, ms) {
    await until(`${ms} ms are in view`, async () => {
      const { from, to } = await this.view();
      if (to - from < ms) return true;
      await this.point(at);
      await this.page.mouse.wheel(0, -500);
      return false;
    });
  }
}

// The browser: Debian's Chromium, headless, driven by Playwright.

import { chromium as engine } from 'playwright-core';
import { chromium } from './binaries.js';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--autoplay-policy=no-user-gesture-required',
];

/**
 * A page in a browser with a profile of its own; errors in the page are noted for the report.
 *
 * @param {import('./scene.js').Scene} scene
 * @param {import('playwright-core').BrowserContextOptions} [options]
 */
export async function openBrowser(scene, options = {}) {
  const browser = await engine.launch({ executablePath: chromium(), headless: true, args: FLAGS });
  scene.after(() => browser.close());
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-GB', ...options });
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  page.on('pageerror', (error) => scene.note(`page error: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') scene.note(`page console: ${message.text()}`);
  });
  return page;
}

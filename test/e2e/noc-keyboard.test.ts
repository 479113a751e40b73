import type { Browser, Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { chromiumProgram, complaintsOf, desk, openBrowser, phone } from '../support/browser.js';
import { requires } from '../support/requires.js';
import { startRunning } from '../support/running.js';
import { violations } from './crawl.js';
import { isTooWide, patienceMs } from './people.js';

const wide = desk.viewport ?? { width: 1280, height: 900 };
const narrow = phone.viewport ?? { width: 390, height: 844 };

/** Presses the key until what has the focus is what is looked for. */
async function pressUntil(page: Page, key: string, selector: string, most = 80): Promise<void> {
  for (let times = 0; times < most; times += 1) {
    await page.keyboard.press(key);
    const found = await page.evaluate<boolean>(
      `document.activeElement?.matches(${JSON.stringify(selector)}) ?? false`,
    );
    if (found) return;
  }
  throw new Error(`${key} did not lead to ${selector}`);
}

describe('the pages of the NOC, by keyboard alone', () => {
  const { beforeAll, afterAll } = requires({ built: true, commands: [chromiumProgram] });
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser.close());

  test(
    'from what is down to what was seen of it, over the map and the day; the wall goes on when nobody answers',
    async () => {
      const { daemon, url } = startRunning({
        changes: {
          agent: 'HKG',
          pops: [
            { id: 'HKG', ipv4: '127.0.0.1', coordinates: [22.3, 114.2] },
            { id: 'SIN', ipv4: '127.0.0.2', coordinates: [1.4, 103.8] },
            { id: 'FRA', ipv4: '127.0.0.3', coordinates: [50.1, 8.7] },
          ],
          driver: {
            kind: 'simulated',
            seed: 1,
            rules: [{ delay: '20ms' }, { address: '127.0.0.2', down: true }],
          },
        },
      });
      const address = await url();
      const context = await browser.newContext({ ...desk, locale: 'en', reducedMotion: 'reduce' });
      const { said } = complaintsOf(context);
      const page = await context.newPage();
      page.setDefaultTimeout(patienceMs);
      await page.goto(`${address}/mesh`);
      // The page itself hears that the port went down.
      await page.locator('.is-down').getByText('SIN').waitFor();
      await pressUntil(page, 'Tab', '.is-down a');
      await page.keyboard.press('Enter');
      await page.waitForURL(/\/outages#SIN/);
      // The link unfolds what it leads to.
      await page.getByText('by HKG').waitFor();
      await pressUntil(page, 'Tab', 'details.outage > summary');
      await page.keyboard.press('Enter');
      await page.locator('details.outage:not([open])').waitFor();
      await page.keyboard.press('Enter');
      await page.locator('details.outage[open]').waitFor();

      await page.goto(`${address}/mesh`);
      await pressUntil(page, 'Tab', '.tabs a[href="/mesh/map"]');
      await page.keyboard.press('Enter');
      await page.waitForURL(/\/mesh\/map$/);
      await pressUntil(page, 'Tab', 'a.map-pop[aria-label="SIN: down"]');
      await page.keyboard.press('Enter');
      await page.waitForURL(/port=SIN/);

      await page.goto(`${address}/mesh/day`);
      await pressUntil(page, 'Tab', 'a[aria-label^="SIN: outage"]');
      await pressUntil(page, 'Shift+Tab', '.day-picker button');
      await page.keyboard.press('Enter');
      await page.waitForURL(/\/mesh\/day\?day=/);

      for (const place of ['/mesh', '/mesh/map', '/mesh/day', '/outages', '/wall', '/notifications'])
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.emulateMedia({ colorScheme });
          await page.setViewportSize(wide);
          await page.goto(`${address}${place}`);
          expect(await violations(page), place).toEqual([]);
          expect(await isTooWide(page), place).toBe(false);
          await page.setViewportSize(narrow);
          expect(await isTooWide(page), `${place} on a phone`).toBe(false);
        }
      expect(said).toEqual([]);

      await page.setViewportSize(wide);
      await page.goto(`${address}/wall`);
      await page.getByRole('heading', { name: '1 port down' }).waitFor();
      await daemon.stop();
      await page.getByText('The server does not answer.').waitFor();
      // What is known is still there, and said to be old.
      await page.getByText(/^This is \d+ s old\./).waitFor();
      await page.getByRole('heading', { name: '1 port down' }).waitFor();
      await context.close();
    },
    2 * patienceMs,
  );
});

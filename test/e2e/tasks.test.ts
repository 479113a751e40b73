import type { Browser, Locator, Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { chromiumProgram, openBrowser } from '../support/browser.js';
import { openScene, type Scene, scenePassword } from '../support/portal-scene.js';
import { requires } from '../support/requires.js';
import { patienceMs } from './people.js';

/** What somebody did on pages, as a person counts it. */
interface Counted {
  readonly page: Page;
  /** Clicks once, where a person would, and waits for the page that follows. */
  click(place: Locator): Promise<void>;
  readonly clicks: () => number;
  readonly seconds: () => number;
  close(): Promise<void>;
}

async function counting(browser: Browser, address: string, name: string): Promise<Counted> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: 'en' });
  const page = await context.newPage();
  page.setDefaultTimeout(patienceMs);
  await page.goto(`${address}/sign-in`);
  await page.locator('input[name=name]').fill(name);
  await page.locator('input[name=password]').fill(scenePassword);
  await page.locator('form[action="/sign-in"] button').click();
  await page.waitForURL(({ pathname }) => pathname !== '/sign-in');
  const startedAt = performance.now();
  let clicks = 0;
  return {
    page,
    click: async (place) => {
      clicks += 1;
      const before = page.url();
      await place.click();
      await page.waitForURL((url) => url.href !== before);
    },
    clicks: () => clicks,
    seconds: () => Math.round((performance.now() - startedAt) / 100) / 10,
    close: () => context.close(),
  };
}

describe('the main tasks, counted from the first page on', () => {
  const { beforeAll, afterAll } = requires({ commands: [chromiumProgram] });
  let scene: Scene;
  let browser: Browser;
  beforeAll(async () => {
    scene = await openScene();
    await scene.billing.statements.seal('fiona', {
      month: '2026-10',
      services: null,
      acceptIncomplete: 'one day was not observed',
    });
    browser = await openBrowser();
  }, patienceMs);
  afterAll(async () => {
    await browser.close();
    await scene.close();
  }, patienceMs);

  const told = (task: string, { clicks, seconds }: Counted): void => {
    console.log(`${task}: ${clicks()} clicks, ${seconds()} s`);
  };

  test(
    'a customer finds its credit of last month and why: 2 clicks at most',
    async () => {
      const bea = await counting(browser, scene.address, 'bea');
      const { page } = bea;
      const row = page.getByRole('row').filter({ hasText: 'bank-backbone' });
      await bea.click(row.getByRole('link', { name: 'Why: bank-backbone, October 2026' }));
      await page.getByText('Credit CNY 1,260.00 (10% of CNY 12,600.00)').waitFor();
      await page.getByText('10 October 2026 02:00').first().waitFor();
      told('find my credit and why', bea);
      expect(bea.clicks()).toBeLessThanOrEqual(2);
      await bea.close();
    },
    patienceMs,
  );

  test(
    'a customer reports a fault from a band, asked once with its figures: 3 clicks, and is told of the open one after',
    async () => {
      const bea = await counting(browser, scene.address, 'bea');
      const { page } = bea;
      await bea.click(page.getByRole('link', { name: 'HKG → SIN' }).first());
      const day = page.locator('article').filter({ hasText: 'Last 24 h' });
      await bea.click(day.getByRole('link', { name: 'Report a fault' }));
      await page.getByText('These figures (the last 24 h) are frozen').waitFor();
      const figure = await page.locator('tbody strong').first().innerText();
      await bea.click(page.getByRole('button', { name: 'File report' }));
      await page.waitForURL(/\/faults\/F1\?done=filed/);
      told('report a fault', bea);
      expect(bea.clicks()).toBeLessThanOrEqual(3);
      // The report shows what was frozen, and is found where the same would be filed again.
      await page.getByText(figure).first().waitFor();
      await page.goto(`${scene.address}/faults/new?path=HKG%3ESIN&window=last-24h`);
      await page.getByRole('link', { name: 'Add to F1' }).click();
      await page.locator('summary').filter({ hasText: 'Withdraw' }).click();
      await page.locator('form[action$="/withdraw"] button').click();
      await page.locator('.state-withdrawn').first().waitFor();
      await bea.close();
    },
    patienceMs,
  );

  test(
    'an approver approves an exclusion and knows its cost: 2 clicks',
    async () => {
      const paul = await counting(browser, scene.address, 'paul');
      const { page } = paul;
      await paul.click(page.getByRole('link', { name: 'X1' }));
      await page.getByText('Approval takes CNY 1,260.00 of credit away.').waitFor();
      await page.getByText('1 sealed statement changes, and a revision follows: bank-backbone').waitFor();
      await page.getByText('No proof is attached.').waitFor();
      await paul.click(page.getByRole('button', { name: 'Approve' }));
      await page.waitForURL(/done=approve/);
      told('approve an exclusion', paul);
      expect(paul.clicks()).toBeLessThanOrEqual(2);
      await paul.close();
    },
    patienceMs,
  );
});

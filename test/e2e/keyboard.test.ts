import type { Browser } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { chromiumProgram, openBrowser } from '../support/browser.js';
import { openScene, type Scene } from '../support/portal-scene.js';
import { requires } from '../support/requires.js';
import { press, signIn, tabTo } from './by-keyboard.js';
import { violations } from './crawl.js';
import { patienceMs } from './people.js';

describe('by keyboard alone', () => {
  const { beforeAll, afterAll } = requires({ commands: [chromiumProgram] });
  let scene: Scene;
  let browser: Browser;
  beforeAll(async () => {
    scene = await openScene();
    browser = await openBrowser();
  }, patienceMs);
  afterAll(async () => {
    await browser.close();
    await scene.close();
  }, patienceMs);

  test(
    'finance creates drafts, looks at what it will seal, and seals it with a reason',
    async () => {
      const page = await signIn(browser, scene, 'fiona');
      await page.waitForURL('**/months/2026-10');
      await press(page, /^Create drafts$/);
      await press(page, /^Seal 4 drafts$/);
      await page.getByRole('heading', { name: 'Seal 4 statements of October 2026?' }).waitFor();
      await tabTo(page, /^Reason for sealing/);
      await page.keyboard.type('one day was not observed');
      await press(page, /^Seal these 4$/);
      await page.getByText('4 sealed', { exact: true }).waitFor();
      await page.context().close();
    },
    2 * patienceMs,
  );

  test(
    'a customer finds why, reports a fault and withdraws it',
    async () => {
      const page = await signIn(browser, scene, 'bea');
      await press(page, /^Why: bank-backbone, October 2026$/);
      await page.getByText('Credit CNY 1,260.00').waitFor();
      await page.goto(`${scene.address}/services`);
      await press(page, /^HKG → SIN$/);
      await press(page, /^Report a fault$/);
      await press(page, /^File report$/);
      await page.waitForURL(/done=filed/);
      await tabTo(page, /^Withdraw$/);
      await page.keyboard.press('Enter');
      await tabTo(page, /^Reason/);
      await page.keyboard.type('it was ours');
      await press(page, /^Withdraw$/);
      await page.getByText('it was ours').waitFor();
      await page.context().close();
    },
    2 * patienceMs,
  );

  test(
    'a customer disputes a figure of a statement, and finance answers and accepts it',
    async () => {
      const bea = await signIn(browser, scene, 'bea');
      await bea.goto(`${scene.address}/months/2026-10/bank-backbone`);
      await press(bea, /^Dispute a figure$/);
      const faults = await violations(bea);
      await tabTo(bea, /^Disputed figure/);
      await bea.keyboard.type('Latency');
      await tabTo(bea, /^What is wrong with it/);
      await bea.keyboard.type('our own probes say 52 ms');
      await press(bea, /^Open the dispute$/);
      await bea.getByText('Latency HKG → SIN').first().waitFor();
      const place = new URL(bea.url()).pathname;
      faults.push(...(await violations(bea)));
      const fiona = await signIn(browser, scene, 'fiona');
      await press(fiona, /^Disputes$/);
      faults.push(...(await violations(fiona)));
      await press(fiona, new RegExp(`^${place.split('/').pop() ?? ''}$`));
      faults.push(...(await violations(fiona)));
      await tabTo(fiona, /^Answer/);
      await fiona.keyboard.press('Tab');
      await fiona.keyboard.type('which probes, and when?');
      await press(fiona, /^Answer$/);
      await fiona.waitForURL(/done=answer/);
      await tabTo(fiona, /^Accept$/);
      await fiona.keyboard.press('Enter');
      await tabTo(fiona, /^Answer to the customer/);
      await fiona.keyboard.type('the agent was slow');
      await press(fiona, /^Accept$/);
      await fiona.waitForURL(/done=accept/);
      await bea.goto(`${scene.address}${place}`);
      await bea.getByText('the agent was slow').waitFor();
      expect(faults).toEqual([]);
      await bea.context().close();
      await fiona.context().close();
    },
    3 * patienceMs,
  );

  test(
    'an approver approves, and the NOC takes a report',
    async () => {
      const page = await signIn(browser, scene, 'paul');
      await press(page, /^X1$/);
      await page.getByText('of credit away').waitFor();
      await press(page, /^Approve$/);
      await page.waitForURL(/done=approve/);
      await page.context().close();
      const bea = await signIn(browser, scene, 'bea');
      await bea.goto(`${scene.address}/faults/new?path=HKG%3ESIN&window=last-24h`);
      await press(bea, /^File report$/);
      const place = new URL(bea.url()).pathname;
      await bea.context().close();
      const nora = await signIn(browser, scene, 'nora');
      await nora.goto(`${scene.address}${place}`);
      await press(nora, /^Acknowledge$/);
      expect(await nora.locator('.state-acknowledged').count()).toBeGreaterThan(0);
      await nora.context().close();
    },
    2 * patienceMs,
  );
});

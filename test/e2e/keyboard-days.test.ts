import type { Browser, Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { chromiumProgram, openBrowser } from '../support/browser.js';
import { openScene, type Scene } from '../support/portal-scene.js';
import { requires } from '../support/requires.js';
import { press, signIn, tabTo } from './by-keyboard.js';
import { violations } from './crawl.js';
import { patienceMs } from './people.js';

/** Everybody can use the page that is shown. */
async function isUsable(page: Page): Promise<void> {
  expect([page.url(), await violations(page)]).toEqual([page.url(), []]);
}

/** Opens a folded part. */
async function unfold(page: Page, name: RegExp): Promise<void> {
  await tabTo(page, name);
  await page.keyboard.press('Enter');
}

async function write(page: Page, field: RegExp, text: string): Promise<void> {
  await tabTo(page, field);
  await page.keyboard.type(text);
}

describe('the rest of a day by keyboard alone, on pages that everybody can use', () => {
  const { beforeAll, afterAll } = requires({ commands: [chromiumProgram] });
  let scene: Scene;
  let browser: Browser;
  beforeAll(async () => {
    scene = await openScene();
    const acceptIncomplete = 'one day was not observed';
    await scene.billing.statements.seal('fiona', { month: '2026-10', services: null, acceptIncomplete });
    browser = await openBrowser();
  }, patienceMs);
  afterAll(async () => {
    await browser.close();
    await scene.close();
  }, patienceMs);

  test(
    'finance exports credits, confirms what was posted, and reverses one',
    async () => {
      const page = await signIn(browser, scene, 'fiona');
      await press(page, /^Credits$/);
      await press(page, /^Export batches$/);
      await isUsable(page);
      await press(page, /^Create batch$/);
      await page.getByRole('heading', { name: 'Batch EB-000001' }).waitFor();
      await isUsable(page);
      await tabTo(page, /^Download file$/);
      const [file] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Enter')]);
      expect(file.suggestedFilename()).toContain('EB-000001');
      await page.reload();
      await write(page, /^Note, or reason/, 'posted as 4711');
      await tabTo(page, /^Confirm posting$/);
      await page.keyboard.press('Enter');
      await page.locator('.pill-good').getByText('confirmed').waitFor();
      await page.goto(`${scene.address}/credits`);
      await unfold(page, /^Actions$/);
      await write(page, /^Note, or reason/, 'the outage was on the customer’s side');
      await tabTo(page, /^Reverse$/);
      await page.keyboard.press('Enter');
      await page.getByText('reversed', { exact: true }).first().waitFor();
      await isUsable(page);
      await page.context().close();
    },
    2 * patienceMs,
  );

  test(
    'the NOC enters an outage and proposes an exclusion out of a report',
    async () => {
      const bea = await signIn(browser, scene, 'bea');
      await bea.goto(`${scene.address}/faults/new?path=HKG%3ESIN&window=last-24h`);
      await isUsable(bea);
      await press(bea, /^File report$/);
      await isUsable(bea);
      await bea.context().close();
      const page = await signIn(browser, scene, 'nora');
      await press(page, /^Fault reports$/);
      await press(page, /^F1$/);
      // Until somebody has taken the report, nothing is offered that would be refused.
      expect(await page.getByRole('link', { name: 'Outage, exclusion, incident …' }).count()).toBe(0);
      await press(page, /^Acknowledge$/);
      await press(page, /^Outage, exclusion, incident …$/);
      await isUsable(page);
      // Two hours earlier to one hour earlier: past month, day and year to the hour.
      const anHour = async (): Promise<void> => {
        for (const [field, hours] of [
          [/^From/, 2],
          [/^To/, 1],
        ] as const) {
          await tabTo(page, field);
          for (let n = 0; n < 3; n += 1) await page.keyboard.press('ArrowRight');
          for (let n = 0; n < hours; n += 1) await page.keyboard.press('ArrowDown');
        }
      };
      await anHour();
      await write(page, /^Reason/, 'the port was down for them');
      await press(page, /^Add an outage$/);
      expect(await page.locator('.alert').allInnerTexts()).toEqual([]);
      await page.waitForURL(/done=to-outage/);
      await press(page, /^Outage, exclusion, incident …$/);
      await tabTo(page, /^Kind/);
      // The first kind that needs neither notice nor proof.
      await page.keyboard.type('third');
      await anHour();
      await press(page, /^Propose an exclusion$/);
      expect(await page.locator('.alert').allInnerTexts()).toEqual([]);
      await page.waitForURL(/done=to-exclusion/);
      await page.context().close();
    },
    2 * patienceMs,
  );

  test(
    'an administrator adds a user and a token, and changes the language',
    async () => {
      const page = await signIn(browser, scene, 'ada');
      await page.getByRole('heading', { name: 'Overview' }).waitFor();
      // Who has access is told by name.
      await page.getByRole('row', { name: /^NOC nora/ }).waitFor();
      await isUsable(page);
      await unfold(page, /^Account and settings/);
      await press(page, /^Users$/);
      await isUsable(page);
      await write(page, /^(User n|N)ame/, 'niko');
      await tabTo(page, /^\s*NOC$/);
      await page.keyboard.press('Space');
      await write(page, /^Password/, 'Long-enough-1');
      await press(page, /^Add a user$/);
      await page.getByRole('row', { name: /^niko NOC/ }).waitFor();
      await unfold(page, /^Account and settings/);
      await press(page, /^Tokens$/);
      await write(page, /^Purpose/, 'export');
      await tabTo(page, /^\s*Finance$/);
      await page.keyboard.press('Space');
      await tabTo(page, /^Create a token$/);
      await page.keyboard.press('Enter');
      await page.getByText('Token created for export.').waitFor();
      await isUsable(page);
      await page.goto(`${scene.address}/users`);
      await unfold(page, /^Account and settings/);
      await tabTo(page, /^简体中文$/);
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: '用户', exact: true }).waitFor();
      expect(new URL(page.url()).pathname).toBe('/users');
      await page.context().close();
    },
    2 * patienceMs,
  );
});

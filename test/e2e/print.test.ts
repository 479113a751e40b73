import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { chromiumProgram, openBrowser } from '../support/browser.js';
import { openScene, type Scene, scenePassword } from '../support/portal-scene.js';
import { requires } from '../support/requires.js';
import { tempDir } from '../support/temp-dir.js';
import { isTooWide, patienceMs } from './people.js';

/** Every kind of page, by who looks at it; `F1` was filed by the customer. */
const pages: Readonly<Record<string, readonly string[]>> = {
  bea: [
    '/services',
    '/paths/HKG/SIN',
    '/faults',
    '/faults/new?path=HKG%3ESIN&window=last-24h',
    '/faults/F1',
    '/statements',
    '/months/2026-10/bank-backbone',
    '/verify',
    '/guide/customers',
  ],
  fiona: [
    '/months/2026-10',
    '/months/2026-11',
    '/months/2026-10/bank-backbone',
    '/credits',
    '/credits/batches',
    '/ledger',
  ],
  nora: [
    '/mesh',
    '/mesh/map',
    '/mesh/day',
    '/wall',
    '/outages?show=month',
    '/outages/change',
    '/exclusions?state=all',
    '/exclusions/new',
    '/exclusions/X1',
    '/faults/F1/ledger',
  ],
  ada: ['/admin', '/users', '/tokens', '/notifications'],
};

async function signedIn(browser: Browser, { address }: Scene, name: string, lang: string): Promise<Page> {
  const context: BrowserContext = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  await context.addCookies([
    { name: 'pop-sla-language', value: lang, url: address },
    { name: 'pop-sla-theme', value: 'dark', url: address },
  ]);
  const page = await context.newPage();
  page.setDefaultTimeout(patienceMs);
  await page.goto(`${address}/sign-in`);
  await page.locator('input[name=name]').fill(name);
  await page.locator('input[name=password]').fill(scenePassword);
  await page.locator('form[action="/sign-in"] button').click();
  await page.waitForURL(({ pathname }) => pathname !== '/sign-in');
  return page;
}

/**
 * The texts that stand outside of the window, or of a box that cuts them off. `scrolls`: what lies in a box that scrolls
 * can be reached, so it is not cut off; on paper nothing scrolls.
 */
const cut = (scrolls: boolean): string => `(() => {
  const right = document.documentElement.clientWidth + 1;
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (!node.textContent.trim() || node.parentElement.closest('.hidden, .skip, script, option')) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const box = range.getBoundingClientRect();
    if (box.width === 0) continue;
    let isCut = box.right > right || box.left < -1;
    for (let one = node.parentElement; one && one !== document.body; one = one.parentElement) {
      const { overflowX } = getComputedStyle(one);
      if (overflowX === 'visible') continue;
      if (${String(scrolls)} && overflowX !== 'hidden' && overflowX !== 'clip') { isCut = false; break; }
      const own = one.getBoundingClientRect();
      if (box.right > own.right + 1 || box.left < own.left - 1) isCut = true;
    }
    if (isCut) found.push(node.textContent.trim().slice(0, 40));
  }
  return found;
})()`;

/** Words that stand outside of the paper, as the PDF has them; A4 is 595 points wide. */
function outsideOf(file: string): string[] {
  const { stdout } = spawnSync('pdftotext', ['-bbox', file, '-'], { encoding: 'utf8' });
  return [
    ...stdout.matchAll(/<word xMin="([\d.-]+)" yMin="[\d.-]+" xMax="([\d.-]+)" yMax="[\d.-]+">([^<]*)</g),
  ].flatMap(([, left, right, word = '']) => (Number(left) < 0 || Number(right) > 595.5 ? [word] : []));
}

describe('every page on paper, and at twice its size', () => {
  const { beforeAll, afterAll } = requires({ commands: [chromiumProgram, 'pdftotext'] });
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
    const bea = await signedIn(browser, scene, 'bea', 'en');
    await bea.goto(`${scene.address}/faults/new?path=HKG%3ESIN&window=last-24h`);
    await bea.getByRole('button', { name: 'File report' }).click();
    await bea.waitForURL(/\/faults\/F1\?/);
    await bea.context().close();
  }, patienceMs);
  afterAll(async () => {
    await browser.close();
    await scene.close();
  }, patienceMs);

  test.each(['en', 'zh-CN'])(
    'in %s: A4 has every text whole and dark on light, and 200 % needs no way to the side',
    async (lang) => {
      const folder = process.env['PRINT_FOLDER'] ?? tempDir();
      const faults: string[] = [];
      for (const [name, places] of Object.entries(pages)) {
        const page = await signedIn(browser, scene, name, lang);
        for (const place of places) {
          await page.setViewportSize({ width: 640, height: 450 });
          await page.goto(`${scene.address}${place}`);
          if (await isTooWide(page)) faults.push(`${place} at 200 %: wider than its window`);
          for (const text of await page.evaluate<string[]>(cut(true)))
            faults.push(`${place} at 200 %: ${text}`);
          // The width of A4 but for its margins, in the pixels of CSS.
          await page.setViewportSize({ width: 718, height: 1000 });
          await page.emulateMedia({ media: 'print' });
          for (const text of await page.evaluate<string[]>(cut(false)))
            faults.push(`${place} on paper: ${text}`);
          const ground = await page.evaluate<string>(
            "getComputedStyle(document.documentElement).getPropertyValue('--ink').trim()",
          );
          if (ground !== '#17212b') faults.push(`${place} on paper: ink is ${ground}`);
          const file = join(folder, `${name}${place.replaceAll(/\W+/g, '-')}-${lang}.pdf`);
          const margin = { top: '10mm', right: '10mm', bottom: '10mm', left: '10mm' };
          writeFileSync(file, await page.pdf({ format: 'A4', margin }));
          for (const word of outsideOf(file)) faults.push(`${place} in the PDF: ${word}`);
          await page.emulateMedia({ media: null });
        }
        await page.context().close();
      }
      expect(faults).toEqual([]);
    },
    4 * patienceMs,
  );
});

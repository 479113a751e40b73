import type { Browser, Page } from 'playwright-core';
import { type Scene, scenePassword } from '../support/portal-scene.js';
import { patienceMs } from './people.js';

/** What has the focus, as it is read out: its name, or its text. */
const focused = (page: Page): Promise<string> =>
  page.evaluate(`(() => {
    const one = document.activeElement;
    const labels = [...(one?.labels ?? [])].map((label) => label.textContent).join(' ');
    return (one?.getAttribute('aria-label') ?? (labels || one?.textContent || '')).replace(/\\s+/g, ' ').trim();
  })()`);

/** Goes on with the tab key until something of that name has the focus, as somebody without a mouse does. */
export async function tabTo(page: Page, name: RegExp): Promise<void> {
  for (let steps = 0; steps < 200; steps += 1) {
    await page.keyboard.press('Tab');
    if (name.test(await focused(page))) return;
  }
  throw new Error(`nothing named ${String(name)} is reached by the tab key on ${page.url()}`);
}

export async function press(page: Page, name: RegExp, key = 'Enter'): Promise<void> {
  await tabTo(page, name);
  const before = page.url();
  await page.keyboard.press(key);
  await page.waitForURL((url) => url.href !== before);
  await page.waitForLoadState();
}

/** Signs in by the keyboard, at a desk. */
export async function signIn(browser: Browser, { address }: Scene, name: string): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: 'en' });
  const page = await context.newPage();
  page.setDefaultTimeout(patienceMs);
  await page.goto(`${address}/sign-in`);
  await tabTo(page, /^Name/);
  await page.keyboard.type(name);
  await tabTo(page, /^Password/);
  await page.keyboard.type(scenePassword);
  await page.keyboard.press('Enter');
  await page.waitForURL(({ pathname }) => pathname !== '/sign-in');
  return page;
}

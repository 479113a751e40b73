import axe, { type AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { desk, phone } from '../support/browser.js';
import { isTooWide, type Person } from './people.js';

/** What is wrong with a page, and which it was. */
export interface Crawled {
  readonly visited: readonly string[];
  readonly faults: readonly string[];
  /** How often a text was shown as it is. */
  readonly shown: number;
}

/** The rooms of the portal that are looked through. */
const rooms =
  /^\/(services|paths|faults|mesh|outages|exclusions|months|credits|ledger|statements|verify|users|tokens|notifications)(\/|$)/;

/** What is downloaded is no page. */
const isFile = /\/carrier\.pub$/;

/**
 * Goes to every page of the rooms that links lead to from somebody's services, each once whatever stands behind its `?`, and looks at
 * it in both sizes: does it stand in its window, can everybody use it, did anything that people entered become part
 * of the page. `text` is looked for as text.
 */
export async function crawl(person: Person, text: string, mostPages = 40): Promise<Crawled> {
  const { page } = person;
  const [faults, visited]: [string[], string[]] = [[], []];
  let shown = 0;
  const origin = new URL(page.url()).origin;
  const waiting = ['/services'];
  const seen = new Set(waiting);
  for (
    let place = waiting.shift();
    place !== undefined && visited.length < mostPages;
    place = waiting.shift()
  ) {
    await page.setViewportSize(desk.viewport ?? { width: 1280, height: 900 });
    const answer = await page.goto(`${origin}${place}`);
    const { pathname } = new URL(page.url());
    if (answer?.ok() !== true) faults.push(`${place}: ${answer?.status() ?? 'no answer'}`);
    visited.push(pathname);
    if (!(answer?.headers()['content-type'] ?? '').startsWith('text/html')) continue;
    const found: Looked = await page.evaluate(look(text));
    if (found.foreign > 0) faults.push(`${pathname}: ${found.foreign} elements were brought in`);
    shown += found.shown;
    for (const link of found.links) {
      if (new URL(link).origin !== origin) continue;
      const { pathname: next, search } = new URL(link);
      if (!rooms.test(next) || isFile.test(next) || seen.has(next)) continue;
      seen.add(next);
      waiting.push(`${next}${search}`);
    }
    for (const fault of await violations(page)) faults.push(`${pathname}: ${fault}`);
    if (await isTooWide(page)) faults.push(`${pathname}: is wider than ${desk.viewport?.width ?? 0}`);
    await page.setViewportSize(phone.viewport ?? { width: 390, height: 844 });
    if (await isTooWide(page)) faults.push(`${pathname}: is wider than ${phone.viewport?.width ?? 0}`);
  }
  return { visited, faults, shown };
}

interface Looked {
  readonly links: readonly string[];
  readonly foreign: number;
  readonly shown: number;
}

/** Run in the page. No page of ours has a picture of that address, or a script of its own in it. */
const look = (text: string): string => `({
  links: Array.from(document.querySelectorAll('a[href]'), (a) => new URL(a.getAttribute('href'), document.baseURI).href),
  foreign: document.querySelectorAll(
    'img[src="x"], script:not([src]), [onerror], [onload], [onclick]').length,
  shown: document.body.innerText.split(${JSON.stringify(text)}).length - 1,
})`;

/** What axe finds of WCAG 2.1 A and AA but for a chart's legend, whose colours are those of its curves, told shortly. It is run beside the page, where the page's policy does not reach. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const options = {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'],
    resultTypes: ['violations'],
    // An experiment of axe's: a cell of a matrix shows a short figure, and is called by the whole one.
    rules: { 'label-content-name-mismatch': { enabled: false } },
  };
  const found: AxeResults = await page.evaluate(
    `axe.run({ exclude: ['.u-legend'] }, ${JSON.stringify(options)})`,
  );
  return found.violations.map(
    ({ id, help, nodes }) => `${id}: ${help} (${nodes.length}×, as ${nodes[0]?.html.slice(0, 160) ?? ''})`,
  );
}

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, describe, expect, test } from 'vitest';
import { chromiumProgram, complaintsOf, openBrowser, type Complaints } from '../../support/browser.js';
import { requires } from '../../support/requires.js';
import { root } from '../../support/source-files.js';
import { dashboards } from '../files.js';
import type { Server } from '../real/servers.js';
import { bundlePage } from './bundle.js';
import { answers, serveWeek, shown } from './served-week.js';

const { beforeAll } = requires({ commands: ['prometheus', 'promtool', chromiumProgram], grafanaParts: true });

/** A folder for the pictures, to look at them. */
const pictures = process.env['POP_SLA_PICTURES'];
/** A folder in which the week stays, so that it is lived through once while somebody works on the dashboards. */
const weekFolder = process.env['POP_SLA_WEEK'];

const parts = join(import.meta.dirname, 'node_modules');
const font = join(root, 'node_modules/@expo-google-fonts/noto-sans/400Regular/NotoSans_400Regular.ttf');

let folder = '';
let prometheus: Server | null = null;
let browser: Browser | null = null;
let page: Page;
let complaints: Complaints;

beforeAll(async () => {
  folder = weekFolder ?? mkdtempSync(join(tmpdir(), 'pop-sla-test-'));
  const [served, opened, script] = await Promise.all([serveWeek(folder), openBrowser(), bundlePage()]);
  prometheus = served;
  browser = opened;
  const context = await browser.newContext({ viewport: { width: 1620, height: 1000 } });
  complaints = complaintsOf(context);
  page = await context.newPage();
  // Of an origin, since Grafana's components look into the page's storage; nothing is asked of a network.
  await page.route('**/*', (route) => {
    const path = new URL(route.request().url()).pathname;
    // Grafana's server has the icons under another folder, and fonts that the library does not come with.
    const icon = /^\/public\/build\/(img\/icons\/.*\.svg)$/.exec(path)?.[1];
    if (icon !== undefined) return route.fulfill({ path: join(parts, '@grafana/ui/dist/public', icon) });
    if (path.startsWith('/public/fonts/')) return route.fulfill({ path: font });
    const body = '<!doctype html><body style="margin:8px"><div id="root"></div></body>';
    return route.fulfill({ contentType: 'text/html', body });
  });
  await page.goto('http://dashboards.test/');
  await page.addScriptTag({ content: script });
}, 1_200_000);

afterAll(async () => {
  await Promise.all([browser?.close(), prometheus?.stop()]);
  if (weekFolder === undefined && folder !== '') rmSync(folder, { recursive: true, force: true });
});

describe.each(dashboards.map(({ name, dashboard }) => [name, dashboard] as const))(
  '%s',
  (name, dashboard) => {
    let facts: readonly Facts[] = [];
    const titled = (id: number): string => dashboard.panels.find((panel) => panel.id === id)?.title ?? '';

    test('is drawn, and nothing is complained of', { timeout: 120_000 }, async () => {
      facts = await draw(dashboard);
      if (pictures !== undefined) {
        mkdirSync(pictures, { recursive: true });
        await page.locator('#board').screenshot({ path: join(pictures, `${name.replace('/', '-')}.png`) });
      }
      expect(complaints.said).toEqual([]);
      expect(facts.length).toBe(dashboard.panels.length);
    });

    test('has data in every panel, and only numbers', async () => {
      expect(await page.getByText('No data').count()).toBe(0);
      for (const { id, facts: fields } of facts) {
        if (dashboard.panels.find((panel) => panel.id === id)?.type === 'row') continue;
        expect(fields.length, titled(id)).toBeGreaterThan(0);
        for (const { name: field, count, notNumbers } of fields) {
          expect(count, `${titled(id)}: ${field}`).toBeGreaterThan(0);
          expect(notNumbers, `${titled(id)}: ${field}`).toBe(0);
        }
      }
    });

    test('says every figure in its unit', () => {
      for (const { id, facts: fields } of facts)
        for (const { name: field, type, unit, texts } of fields) {
          if (type !== 'number') continue;
          const form = forms.find(([of]) => of.test(unit ?? 'none'))?.[1];
          expect(form, `${titled(id)}: ${field}: ${unit ?? ''}`).toBeDefined();
          // A word where the panel maps numbers to words.
          for (const text of texts)
            expect(text, `${titled(id)}: ${field}`).toMatch(
              new RegExp(`${form?.source ?? ''}|^\\p{L}+$`, 'u'),
            );
        }
    });

    test('has no red that is only Grafana’s own from 80 on', () => {
      for (const { id, facts: fields } of facts)
        for (const { thresholds } of fields)
          expect(JSON.stringify(thresholds), titled(id)).not.toContain('"value":80,');
    });

    test('shows titles, legends and heads of columns whole', async () => {
      const cut = await page.evaluate<string[]>('cutTexts()');
      expect(cut).toEqual([]);
    });
  },
);

/** How a figure of a unit is written. */
const forms: readonly (readonly [unit: RegExp, form: RegExp])[] = [
  [/^s$/, /^-?[\d.]+ (ns|µs|ms|s|mins?|hours?|days?|weeks?)$/],
  [/^percentunit$/, /^-?[\d.]+%$/],
  [/^bytes$/, /^[\d.]+ ([KMGT]i)?B$/],
  [/^(short|none)$/, /^-?[\d.]+( K)?$/],
  // Money is never shortened.
  [/^prefix:[A-Z]{3} $/, /^[A-Z]{3} \d+\.\d{2}$/],
];

describe('what is drawn is what the contract says', () => {
  test('the bands’ edges over the commitment are the plan’s', async () => {
    const panel = await factsOfPanel('en/path.json', 'Latency by size, commitment and band edges');
    const last = (name: string): number => panel.find((field) => field.name === name)?.last ?? NaN;
    const commitment = last('commitment');
    for (const [band, over] of [
      ['normal', 0.1],
      ['decline', 0.2],
      ['degraded', 0.3],
    ] as const)
      expect(last(`end of ${band}`) / commitment - 1).toBeCloseTo(over, 9);
  });

  test('the loss commitment is the plan’s', async () => {
    const panel = await factsOfPanel('en/path.json', 'Loss against the commitment');
    expect(panel.find(({ name }) => name === 'commitment')?.texts).toEqual(['1%']);
  });

  test('a field that was not measured has no band’s colour', async () => {
    const panel = await factsOfPanel('en/overview.json', 'Source × destination, band of the latest round');
    expect(panel.map(({ nullColor }) => nullColor)).toEqual(panel.map(() => '#00000000'));
  });

  test('the port that is down is red on the map, the others green', async () => {
    const panel = await factsOfPanel('en/overview.json', 'PoPs by what most observers say of their ports');
    expect(panel.find(({ name }) => name === 'latitude')?.texts).toContain('25.3');
    expect(panel.find(({ name }) => name === 'Value')?.colors).toHaveLength(2);
  });

  test('the ports over time are up and down, in words', async () => {
    const panel = await factsOfPanel('en/pop.json', 'The port by each observer');
    expect(new Set(panel.flatMap(({ texts }) => texts))).toEqual(new Set(['up', 'down']));
  });
});

async function factsOfPanel(name: string, title: string): Promise<Facts['facts']> {
  const found = dashboards.find((one) => one.name === name)?.dashboard;
  const panel = found?.panels.find((one) => one.title === title);
  if (!found || !panel) throw new Error(`${name} has no panel ${title}`);
  const [facts] = await draw({ ...found, panels: [panel] });
  return facts?.facts ?? [];
}

interface Facts {
  readonly id: number;
  readonly facts: readonly {
    readonly name: string;
    readonly type: string;
    readonly unit: string | null;
    readonly count: number;
    readonly notNumbers: number;
    readonly last: number | null;
    readonly texts: readonly string[];
    readonly colors: readonly (string | null)[];
    readonly nullColor: string | null;
    readonly thresholds: unknown;
  }[];
}

const chosen = (expr: string): string =>
  expr
    .replaceAll('$path', 'HKG>FRA')
    .replaceAll('$pop', 'DXB')
    .replaceAll(/\$(service|job)\b/g, '.+')
    .replaceAll('$__rate_interval', '1h');

async function draw({ panels, templating }: (typeof dashboards)[number]['dashboard']): Promise<Facts[]> {
  const single = templating.list.some(({ name, multi }) => name === 'instance' && multi !== true);
  const instance = single ? 'SYD:9720' : '.+';
  const asked = [];
  for (const panel of panels) {
    const of = [];
    for (const target of panel.targets ?? []) {
      const query = chosen(target.expr).replaceAll('$instance', instance);
      const isRange = target.range === true;
      of.push({ target, result: await answers(prometheus?.url ?? '', query, isRange) });
    }
    asked.push({ panel, answers: of, range: shown });
  }
  return page.evaluate(
    (of) => (globalThis as unknown as { draw(of: unknown): Promise<Facts[]> }).draw(of),
    asked as unknown,
  );
}

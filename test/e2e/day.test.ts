import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { createLab, type Lab } from '../lab/lab.js';
import { chromiumProgram, openBrowser } from '../support/browser.js';
import { startDaemon, type Daemon } from '../support/daemon.js';
import { popSla } from '../support/pop-sla.js';
import { requires } from '../support/requires.js';
import { crawl } from './crawl.js';
import { enterHostile } from './entered.js';
import { chromiumIn, hostile, prepareHouse, type House } from './house.js';
import { complaints, patienceMs, personAt, type Person } from './people.js';

const needs = { namespaces: true, tun: true, built: true, commands: [chromiumProgram, 'gcc'] };
const iso = (at: number) => new Date(at).toISOString();

describe('a day of a carrier, in browsers, over packets that really travel', () => {
  const { beforeAll, afterAll } = requires(needs);
  let lab: Lab;
  let daemon: Daemon;
  let browser: Browser;
  let house: House;
  let folder: string;
  let address: string;
  beforeAll(async () => {
    lab = createLab();
    folder = mkdtempSync(join(tmpdir(), 'pop-sla-e2e-'));
    lab.defer(() => {
      rmSync(folder, { recursive: true, force: true });
    });
    house = await prepareHouse(folder, { SIN: '10.77.0.1' });
    const { namespace } = await lab.emulator({ rules: [{ delay_ms: 20 }] });
    daemon = startDaemon({ args: ['run', '--config', house.config], cwd: folder, prefix: namespace.prefix });
    lab.defer(async () => {
      await daemon.stop();
    });
    const line = await daemon.waitForLog('the log of its start', ({ http }) => typeof http === 'string', {
      timeoutMs: patienceMs,
    });
    address = String(line['http']);
    browser = await openBrowser(chromiumIn(namespace, folder));
    lab.defer(() => browser.close());
  }, 2 * patienceMs);
  afterAll(() => lab.close(), patienceMs);

  /** Looks again until the newest round of the path was as slow as the lab makes it. */
  async function seesSevere(page: Page): Promise<void> {
    await page.goto(`${address}/paths/HKG/SIN`);
    const newest = page.locator('article').filter({ hasText: 'Newest round' });
    const deadline = Date.now() + patienceMs;
    while (!/severe/i.test(await newest.innerText())) {
      if (Date.now() > deadline) throw new Error(`no severe band: ${await newest.innerText()}`);
      await page.reload();
    }
  }

  /** Says a word in one of the forms of a report. */
  async function deed({ page }: Person, name: string, text: string): Promise<void> {
    const form = page.locator(`form[action$="/${name}"]`);
    await page
      .locator('summary')
      .filter({ hasText: /resolve/i })
      .click();
    await form.locator('textarea').fill(text);
    await form.locator('button').click();
    await page.waitForLoadState();
  }

  test(
    'a customer reports a delay that it sees, the NOC makes an exclusion of it, finance seals, the customer verifies',
    async () => {
      const bea = await personAt(browser, address, 'bea');
      await bea.go('/services');
      await bea.page.getByText('bank-line').first().waitFor();
      await bea.page.locator('a[href="/paths/HKG/SIN"]').first().click();
      await bea.page.waitForURL('**/paths/HKG/SIN');
      // 20 ms where 5 ms are promised.
      await seesSevere(bea.page);
      await bea.page.locator('form[action="/faults"]:has(input[name=window][value=round]) button').click();
      await bea.page.waitForURL(/\/faults\/F\d+/);
      const id = /F\d+/.exec(bea.page.url())?.[0] ?? '';
      expect(await bea.api('GET', `fault-reports/${id}`)).toMatchObject({
        ...{ state: 'filed', path: 'HKG>SIN', evidence: { window: 'round' }, severity: 'critical' },
      });

      const nora = await personAt(browser, address, 'nora');
      await nora.go(`/faults/${id}`);
      await nora.page.locator('form[action$="/take"] button').click();
      await nora.page.locator('form[action$="/start"] button').click();
      await nora.page.locator('.state-investigating').first().waitFor();
      const now = Date.now();
      const made = await nora.api<{ owner: string; entries: { what: string; id: string }[] }>(
        ...([
          'POST',
          `fault-reports/${id}/to-exclusion`,
          { kind: 'third-party', from: iso(now - 5_000), to: iso(now), reason: 'a digger' },
        ] as const),
      );
      expect(made.owner).toBe('nora');
      const exclusion = made.entries.find(({ what }) => what === 'exclusion')?.id ?? '';
      // Four eyes: not by whoever proposed it, which its browser tells too.
      await expect(nora.api('POST', `exclusions/${exclusion}/approve`, {})).rejects.toThrow('403');
      expect(complaints(nora)).toEqual([expect.stringContaining('403')]);
      nora.said.length = 0;
      const paul = await personAt(browser, address, 'paul');
      expect(await paul.api('POST', `exclusions/${exclusion}/approve`, {})).toMatchObject({
        ...{ state: 'approved', proposed: { actor: 'nora' }, approved: { actor: 'paul' } },
      });
      await nora.page.reload();
      await deed(nora, 'resolve', 'the cable was mended');
      await bea.page.reload();
      await bea.page.getByText('the cable was mended').first().waitFor();

      const fiona = await personAt(browser, address, 'fiona');
      const sealed = await fiona.api<{ statements: { outcome: string }[] }>(
        ...(['POST', `statements/${house.month}/seal`, {}] as const),
      );
      expect(sealed.statements).toMatchObject([{ outcome: expect.stringMatching(/sealed/) as string }]);

      expect(await bea.api('GET', `statements/${house.month}/bank-line`)).toMatchObject({
        ...{ document: { id: `${house.month}/bank-line`, revision: 1 }, sealedBy: 'fiona' },
      });
      const pdf = await bea.file(`/api/v1/reports/${house.month}?service=bank-line&format=pdf`);
      expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
      const [pack, key] = [join(folder, 'pack.zip'), join(folder, 'carrier.pub')];
      writeFileSync(pack, await bea.file(`/api/v1/evidence/${house.month}/bank-line`));
      const { keys } = await bea.api<{ keys: { pem: string; current: boolean }[] }>('GET', 'keys');
      writeFileSync(key, keys.find(({ current }) => current)?.pem ?? '');
      const verified = await popSla(['verify', pack, '--key', key], { cwd: folder });
      expect([verified.code, verified.stderr]).toEqual([0, '']);
      expect(verified.stdout).toMatch(/the one that was given(.|\n)*\nverified\n$/);
      for (const person of [bea, nora, paul, fiona]) await silently(person);
    },
    4 * patienceMs,
  );

  test(
    'what people write stays text, on every page, for everybody; all of them fit, and can be used by anybody',
    async () => {
      const [bea, nora, fiona, paul] = [
        await personAt(browser, address, 'bea'),
        await personAt(browser, address, 'nora'),
        await personAt(browser, address, 'fiona'),
        await personAt(browser, address, 'paul'),
      ];
      const people = { bea, nora, fiona, paul };
      await enterHostile(people);
      for (const [name, person] of Object.entries(people)) {
        const { visited, faults, shown } = await crawl(person, hostile);
        expect([name, faults]).toEqual([name, []]);
        expect(visited.length, name).toBeGreaterThan(1);
        expect([name, shown > 0]).toEqual([name, true]);
        await silently(person);
      }
    },
    4 * patienceMs,
  );

  test(
    'without scripts a customer reads and reports, and the NOC takes it',
    async () => {
      const plain = { javaScriptEnabled: false };
      const bea = await personAt(browser, address, 'bea', plain);
      await seesSevere(bea.page);
      await bea.go('/faults/new?path=HKG%3ESIN&window=last-24h');
      await bea.page.locator('textarea[name=text]').fill('slow since noon');
      await bea.page.locator('input[type=file]').setInputFiles({
        ...{ name: 'trace.txt', mimeType: 'text/plain', buffer: Buffer.from('1  10.77.0.1  20 ms') },
      });
      await bea.page.locator('form[action="/faults"] button').click();
      await bea.page.waitForURL(/\/faults\/F\d+/);
      const place = new URL(bea.page.url()).pathname;
      await bea.page.getByText('slow since noon').first().waitFor();
      await bea.page.getByText('trace.txt').first().waitFor();
      const nora = await personAt(browser, address, 'nora', plain);
      await nora.go(place);
      await nora.page.locator('form[action$="/take"] button').click();
      await nora.page.locator('.state-acknowledged').first().waitFor();
      for (const person of [bea, nora]) await silently(person);
    },
    4 * patienceMs,
  );
});

/** Nothing ran that should not, and the browser had nothing to complain of. */
async function silently(person: Person): Promise<void> {
  expect(complaints(person)).toEqual([]);
  await person.close();
}

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
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
import { approve, deed, settleMonth, takeIntoLedger, verifyOwn } from './steps.js';

const needs = { namespaces: true, tun: true, built: true, commands: [chromiumProgram, 'gcc'] };

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
    const newest = page.locator('article').filter({ hasText: 'Latest round' });
    const deadline = Date.now() + patienceMs;
    while (!/severe/i.test(await newest.innerText())) {
      if (Date.now() > deadline) throw new Error(`no severe band: ${await newest.innerText()}`);
      await page.reload();
    }
  }

  test(
    'a customer reports a delay that it sees, the NOC makes an outage and an exclusion of it, another approves, finance seals and pays, the customer verifies: all by what the pages have',
    async () => {
      const bea = await personAt(browser, address, 'bea');
      await bea.go('/services');
      await bea.page.getByText('bank-line').first().waitFor();
      await bea.page.locator('a[href="/paths/HKG/SIN"]').first().click();
      await bea.page.waitForURL('**/paths/HKG/SIN');
      // 20 ms where 5 ms are promised.
      await seesSevere(bea.page);
      await bea.page.locator('a[href="/faults/new?path=HKG%3ESIN&window=round"]').click();
      await bea.page.getByRole('button', { name: 'File report' }).click();
      await bea.page.waitForURL(/\/faults\/F\d+/);
      const id = /F\d+/.exec(bea.page.url())?.[0] ?? '';
      expect(await bea.api('GET', `fault-reports/${id}`)).toMatchObject({
        state: 'filed',
        path: 'HKG>SIN',
        evidence: { window: 'round' },
        severity: 'critical',
      });

      const nora = await personAt(browser, address, 'nora');
      const exclusion = await takeIntoLedger(nora, id);
      const paul = await personAt(browser, address, 'paul');
      await approve(paul, exclusion);
      expect(await nora.api('GET', `exclusions/${exclusion}`)).toMatchObject({
        state: 'approved',
        proposed: { actor: 'nora' },
        approved: { actor: 'paul' },
        source: `fault-report:${id}`,
      });
      await nora.go(`/faults/${id}`);
      await deed(nora, 'resolve', 'the cable was mended');
      await bea.page.reload();
      await bea.page.getByText('the cable was mended').first().waitFor();
      await deed(bea, 'close', 'thank you');
      await bea.page.locator('.state-closed').first().waitFor();

      const fiona = await personAt(browser, address, 'fiona');
      const sheet = await settleMonth(fiona, house.month, folder);
      expect(readFileSync(sheet).subarray(0, 2).toString()).toBe('PK');

      const { report, pack, key } = await verifyOwn(bea, house.month, folder);
      expect(readFileSync(report).subarray(0, 5).toString()).toBe('%PDF-');
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
      await bea.page.locator('details.said summary').click();
      await bea.page.locator('textarea[name=text]').fill('slow since noon');
      await bea.page.locator('input[type=file]').setInputFiles({
        name: 'trace.txt',
        mimeType: 'text/plain',
        buffer: Buffer.from('1  10.77.0.1  20 ms'),
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

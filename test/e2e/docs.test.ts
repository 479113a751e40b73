import type { Browser } from 'playwright-core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { chromiumProgram, complaintsOf, desk, openBrowser, phone } from '../support/browser.js';
import { requires } from '../support/requires.js';
import { twoTenants } from '../support/tenants.js';
import { entrance } from '../http/support/entry.js';

const patienceMs = 150_000;

describe('the page of the API in a real browser', () => {
  const { beforeAll, afterAll } = requires({ commands: [chromiumProgram] });
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  }, patienceMs);
  afterAll(() => browser.close(), patienceMs);

  test.each([
    ['wide', desk],
    ['narrow', phone],
  ] as const)(
    'is drawn whole and %s, from here alone, and the browser complains of nothing',
    async (_how, size) => {
      const server = entrance(await twoTenants());
      const address = await server.http.listen({ host: '127.0.0.1', port: 0 });
      const context = await browser.newContext(size);
      onTestFinished(() => context.close());
      const { said } = complaintsOf(context);
      const elsewhere: string[] = [];
      context.on('request', (request) => {
        const { origin, protocol } = new URL(request.url());
        if (origin !== address && protocol !== 'data:') elsewhere.push(request.url());
      });
      const page = await context.newPage();
      page.setDefaultTimeout(120_000);
      await page.goto(`${address}/docs/`);
      await page.getByRole('heading', { name: /pop-sla/ }).waitFor();
      // One of several groups, to the last that is described.
      for (const [group, text] of [
        ['rounds', '/api/v1/rounds'],
        ['evidence', '/api/v1/evidence/{month}/{service}'],
        ['TMF621 trouble tickets', '/tmf-api/troubleTicket/v5/hub'],
      ] as const) {
        await page.getByRole('heading', { name: group, exact: false }).getByRole('button').first().click();
        await page.getByText(text, { exact: true }).first().waitFor();
      }
      const rounds = page.locator('#operations-rounds-listRounds');
      await rounds.getByRole('button').first().click();
      await rounds.getByText('Needs the right').waitFor();
      await rounds.getByRole('button', { name: 'Try it out' }).click();
      await rounds.getByRole('button', { name: 'Execute' }).click();
      // What it is prefilled with is a good request.
      await rounds.getByText('"HKG>SIN"').first().waitFor();
      expect(elsewhere).toEqual([]);
      expect(said).toEqual([]);
    },
    patienceMs,
  );
});

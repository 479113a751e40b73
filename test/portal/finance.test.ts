import { beforeEach, expect, test } from 'vitest';
import { createBilling, type Billing } from '../../src/services/credits/billing.js';
import { keyFolder } from '../../src/seal/keys.js';
import { tempDir } from '../support/temp-dir.js';
import { billingConfig } from '../support/billing.js';
import { twoTenants, type Tenants } from '../support/tenants.js';
import { entrance, type Entrance } from '../http/support/entry.js';
import { signedIn, textOf } from '../http/support/portal.js';

let server: Entrance;
let tenants: Tenants;
let billing: Billing;
beforeEach(async () => {
  tenants = await twoTenants();
  const { store, config, now } = tenants;
  const keys = keyFolder(`${tempDir()}/keys`);
  await keys.make();
  const { billing: terms } = billingConfig();
  const party = { address: [], city: null, postcode: null, country: 'HK', registration: null, billTo: null };
  const customers = config.book.customers.map((one) => ({ ...one, billing: { ...party, taxId: 'HK-1' } }));
  const billed = { ...config, billing: terms, book: { ...config.book, customers }, bookBase: null };
  billing = createBilling({
    store,
    config: () => billed,
    now,
    software: 'test',
    signer: () => keys.signer(),
  });
  server = entrance(tenants, { billing });
});
const evil = '<script>alert(1)</script>';

test('finance draws a month up, seals it, sees where amounts come from, and each look is in the trail', async () => {
  const finance = await signedIn(server, 'finance');
  expect((await finance.get('/')).headers.location).toBe('/months');
  expect((await finance.get('/months')).headers.location).toBe('/months/2026-10');
  const drawn = await finance.post('/months/2026-10/close', {});
  expect([drawn.statusCode, drawn.headers.location]).toEqual([303, '/months/2026-10?done=close']);
  const month = await finance.get('/months/2026-10');
  expect(textOf(month)).toContain('2 services: 2 drafts, 0 sealed');
  expect(textOf(month)).toMatch(/HKD\s33,333\.00/);
  const reason = `seen ${evil}`;
  const sealed = await finance.post('/months/2026-10/seal', { incomplete: reason });
  expect([sealed.statusCode, textOf(sealed)]).toEqual([200, expect.stringContaining('Results')]);
  expect(textOf(sealed)).toContain('2 services: 0 drafts, 2 sealed');
  const one = await finance.get('/months/2026-10/alpha-service');
  expect(textOf(one)).toContain('Step by step');
  expect([one.body.includes(evil), textOf(one).includes('SHA-256')]).toEqual([false, true]);
  const differences = await finance.post('/months/2026-10/differences', { service: 'alpha-service' });
  expect(textOf(differences)).toContain('unchanged');
  expect((await finance.post('/months/2026-10/seal', { service: 'none' })).statusCode).toBe(400);
  expect((await finance.get('/months/2026-13')).statusCode).toBe(404);
  const ledger = await finance.get('/ledger');
  expect(textOf(ledger)).toContain('/months/2026-10/alpha-service');
  expect(ledger.body).toContain('<span class="pill">amounts</span>');
  expect((await finance.get('/credits')).statusCode).toBe(200);
  expect((await finance.post('/credits/none/settle', { note: evil })).statusCode).toBeLessThan(500);
});

/** A month with an outage, sealed. */
async function sealedMonth() {
  const reason = { reason: 'not seen', evidence: null };
  const outage = {
    port: 'SIN',
    from: '2026-10-16T00:00:00+08:00',
    to: '2026-10-16T02:00:00+08:00',
    ...reason,
  };
  const entered = { method: 'POST', url: '/api/v1/outages', payload: outage } as const;
  expect((await server.as(await server.tokenOf('noc'), entered)).statusCode).toBe(201);
  const finance = await signedIn(server, 'finance');
  await finance.post('/months/2026-10/seal', { incomplete: 'for the test' });
  return finance;
}

test('a credit that is owed has its batches at hand', async () => {
  const finance = await sealedMonth();
  const credits = await finance.get('/credits');
  expect(textOf(credits)).toMatch(/CR-2026-10-000001.*alpha-service revision 1 alpha sealed HKD\s555\.55/);
  expect(credits.body).toMatch(/href="\/api\/v1\/credits\?limit=200&amp;since=0"/);
  expect(credits.body).toContain('href="/credits/batches"');
});

test('credits are made into a batch, which is fetched and confirmed', async () => {
  const finance = await sealedMonth();
  const asked = { mapping: 'generic', month: '2026-10' };
  const preview = await finance.post('/credits/batches', { ...asked, deed: 'preview' });
  expect(textOf(preview)).toMatch(/nothing has been created.*1 notes for 1 credits: HKD\s555\.55/);
  expect(textOf(await finance.get('/credits/batches'))).toContain('No export batches yet');
  const made = await finance.post('/credits/batches', { ...asked, deed: 'make' });
  expect([made.statusCode, made.headers.location]).toEqual([303, '/credits/batches/EB-000001']);
  const url = '/credits/batches/EB-000001';
  const early = await finance.post(`${url}/confirm`, {});
  expect([early.statusCode, textOf(early)]).toEqual([
    400,
    expect.stringContaining('has not been fetched yet'),
  ]);
  const page = await finance.get(url);
  expect(textOf(page)).toMatch(/not fetched.*CN-2026-000001.*CR-2026-10-000001/);
  const file = await finance.post(`${url}/fetch`, {});
  expect(file.headers['content-disposition']).toBe('attachment; filename="EB-000001.csv"');
  expect(file.body).toContain('CN-2026-000001');
  expect((await finance.post(`${url}/fetch`, {})).body).toBe(file.body);
  expect(textOf(await finance.get('/credits'))).toMatch(/exported EB-000001/);
  expect((await finance.post(`${url}/confirm`, { note: '4711' })).statusCode).toBe(303);
  expect(textOf(await finance.get(url))).toMatch(/confirmed.*4711/);
  const none = await finance.post('/credits/batches', { mapping: 'none', deed: 'make' });
  expect([none.statusCode, textOf(none)]).toEqual([400, expect.stringContaining('choose one of generic')]);
  expect((await finance.get('/credits/batches/EB-000009')).statusCode).toBe(404);
  const approver = await signedIn(server, 'approver');
  expect([
    (await approver.get(url)).statusCode,
    (await approver.post(`${url}/fetch`, {})).statusCode,
  ]).toEqual([200, 403]);
});

test('who may not see amounts sees no page of them, and who may only look has no form and writes nothing', async () => {
  await billing.statements.close('2026-10');
  const noc = await signedIn(server, 'noc');
  for (const url of ['/months/2026-10', '/months/2026-10/alpha-service', '/credits', '/ledger'])
    expect([url, (await noc.get(url)).statusCode]).toEqual([url, 403]);
  const approver = await signedIn(server, 'approver');
  const page = await approver.get('/months/2026-10');
  expect([page.statusCode, page.body.includes('/months/2026-10/seal')]).toEqual([200, false]);
  expect((await approver.post('/months/2026-10/seal', {})).statusCode).toBe(403);
  const customer = await signedIn(server, 'customer');
  expect(textOf(await customer.get('/months/2026-10'))).not.toContain('beta-service');
  expect((await customer.get('/months/2026-10/beta-service')).statusCode).toBe(404);
  const finance = await signedIn(server, 'finance');
  expect((await finance.post('/months/2026-10/seal', { _csrf: 'x' })).statusCode).toBe(403);
});

test('the pages read in the three languages', async () => {
  await billing.statements.close('2026-10');
  const finance = await signedIn(server, 'finance');
  for (const url of ['/months/2026-10', '/months/2026-10/alpha-service', '/credits', '/ledger'])
    for (const language of ['en', 'zh-CN', 'zh-TW'] as const) {
      const page = await finance.get(url, { 'accept-language': language });
      expect([url, page.statusCode, page.headers['content-language']]).toEqual([url, 200, language]);
      expect(/.{0,60}(?:undefined|\[object|NaN).{0,20}/.exec(textOf(page))?.[0]).toBeUndefined();
    }
});

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
let twoPersonSealing: boolean;
let folder: string;
beforeEach(async () => {
  twoPersonSealing = false;
  tenants = await twoTenants();
  const { store, config, now } = tenants;
  folder = `${tempDir()}/keys`;
  const keys = keyFolder(folder);
  await keys.make();
  const { billing: terms } = billingConfig();
  const party = { address: [], city: null, postcode: null, country: 'HK', registration: null, billTo: null };
  const customers = config.book.customers.map((one) => ({ ...one, billing: { ...party, taxId: 'HK-1' } }));
  const billed = () => ({
    ...config,
    billing: terms,
    book: { ...config.book, customers },
    bookBase: null,
    statements: { ...config.statements, twoPersonSealing },
  });
  billing = createBilling({
    store,
    config: billed,
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
  const asked = await finance.get('/months/2026-10?ask=seal');
  expect(textOf(asked)).toContain('Seal 2 statements of October 2026?');
  expect(textOf(asked)).toMatch(/HKD 2 HKD\s33,333\.00 HKD\s0\.00/);
  const reason = `seen ${evil}`;
  const sealed = await finance.post('/months/2026-10/seal', { incomplete: reason });
  expect([sealed.statusCode, sealed.headers.location]).toEqual([
    303,
    expect.stringMatching(/^\/months\/2026-10\?done=seal&result=/),
  ]);
  const result = await finance.get(sealed.headers.location ?? '');
  expect(textOf(result)).toContain('2 sealed');
  expect(textOf(result)).toContain('2 services: 0 drafts, 2 sealed');
  const one = await finance.get('/months/2026-10/alpha-service');
  expect(textOf(one)).toContain('Step by step');
  expect([one.body.includes(evil), textOf(one).includes('SHA-256')]).toEqual([false, true]);
  const differences = await finance.get('/months/2026-10?ask=revise&service=alpha-service');
  expect(textOf(differences)).toContain('No sealed statement would change.');
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
  expect(textOf(preview)).toMatch(/nothing has been created.*1 note for 1 credit: HKD\s555\.55/);
  expect(textOf(await finance.get('/credits/batches'))).toContain('No export batches yet');
  // A browser without a field for months takes any text, which must not become a batch of every month.
  const unclear = await finance.post('/credits/batches', { ...asked, month: 'October', deed: 'make' });
  expect([unclear.statusCode, textOf(unclear)]).toEqual([400, expect.stringContaining('is not a month')]);
  const made = await finance.post('/credits/batches', { ...asked, deed: 'make' });
  expect([made.statusCode, made.headers.location]).toEqual([303, '/credits/batches/EB-000001']);
  const url = '/credits/batches/EB-000001';
  const same = await finance.post('/credits/batches', { ...asked, deed: 'preview' });
  expect(textOf(same)).toContain('EB-000001 was made from the same request and has not been fetched yet');
  const other = await finance.post('/credits/batches', { ...asked, mapping: 'sap-fb01', deed: 'make' });
  expect([other.statusCode, textOf(other)]).toEqual([
    400,
    expect.stringContaining('EB-000001 waits to be fetched and was made with generic: ask for the same, or'),
  ]);
  const early = await finance.post(`${url}/confirm`, {});
  expect([early.statusCode, textOf(early)]).toEqual([
    400,
    expect.stringContaining('has not been fetched yet'),
  ]);
  const page = await finance.get(url);
  expect(textOf(page)).toMatch(/not fetched.*CN-2026-000001.*CR-2026-10-000001/);
  // A file leaves the page as it is: it can be fetched again, and what comes next is there already.
  expect(page.body).toMatch(/action="[^"]*\/fetch" data-download>.*formaction="[^"]*\/confirm"/s);
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

test('a month of postings is locked on its page, and another person unlocks it', async () => {
  const finance = await sealedMonth();
  const url = '/months/2026-10';
  expect(textOf(await finance.get(url))).toMatch(
    /Postings open.*credits may be posted on days of this month/,
  );
  const posting = { mapping: 'generic', postingDate: '2026-10-31', deed: 'make' };
  expect((await finance.post('/credits/batches', posting)).headers.location).toBe(
    '/credits/batches/EB-000001',
  );
  const early = await finance.post(`${url}/lock`, { reason: '' });
  expect([early.statusCode, textOf(early)]).toEqual([
    400,
    expect.stringContaining('has export batches that are neither confirmed nor withdrawn: EB-000001'),
  ]);
  await finance.post('/credits/batches/EB-000001/withdraw', { note: 'the wrong day' });
  const locked = await finance.post(`${url}/lock`, { reason: evil });
  expect([locked.statusCode, locked.headers.location]).toEqual([303, `${url}?done=lock`]);
  const page = await finance.get(`${url}?done=lock`);
  expect(textOf(page)).toMatch(/Month locked.*Postings locked.*Locked by finance on .*nothing is posted/);
  expect(page.body).not.toContain(evil);
  const late = await finance.post('/credits/batches', posting);
  expect([late.statusCode, textOf(late)]).toEqual([
    400,
    expect.stringContaining('2026-10 is locked: choose 2026-11-01 or another day of an open month'),
  ]);
  const own = await finance.post(`${url}/unlock`, { reason: 'an invoice was missing' });
  expect([own.statusCode, textOf(own)]).toEqual([
    400,
    expect.stringContaining('Another person than finance has to do this'),
  ]);
  const approver = await signedIn(server, 'approver');
  expect((await approver.post(`${url}/lock`, {})).statusCode).toBe(403);
  expect((await approver.get(url)).body).toContain(`action="${url}/unlock"`);
  const open = await approver.post(`${url}/unlock`, { reason: 'an invoice was missing' });
  expect(open.headers.location).toBe(`${url}?done=unlock`);
  expect(textOf(await finance.get(url))).toContain('Postings open');
  const customer = await signedIn(server, 'customer');
  expect((await customer.post(`${url}/lock`, {})).statusCode).toBe(403);
});

test('one prepares and another one seals, where two persons have to', async () => {
  twoPersonSealing = true;
  const { config } = tenants;
  const statements = { ...config.statements, twoPersonSealing };
  server = entrance({ ...tenants, config: { ...config, statements, keys: { folder } } }, { billing });
  const finance = await signedIn(server, 'finance');
  await finance.post('/months/2026-10/close', {});
  const url = '/months/2026-10';
  const ask = await finance.get(`${url}?ask=seal`);
  expect(textOf(ask)).toContain('Two persons are needed');
  expect(ask.body).toContain(`formaction="${url}/prepare"`);
  const early = await finance.post(`${url}/seal`, { incomplete: 'seen' });
  expect(textOf(await finance.get(early.headers.location ?? ''))).toMatch(/2 refused.*is not prepared yet/);
  const prepared = await finance.post(`${url}/prepare`, {});
  expect(textOf(await finance.get(prepared.headers.location ?? ''))).toMatch(/2 prepared/);
  expect(textOf(await finance.get(`${url}?ask=seal`))).toMatch(
    /alpha-service.*finance.*beta-service.*finance/,
  );
  const own = await finance.post(`${url}/seal`, { incomplete: 'seen' });
  expect(textOf(await finance.get(own.headers.location ?? ''))).toContain('prepared by finance alone');
  const other = await signedIn(server, 'finance', { name: 'georg' });
  const sealed = await other.post(`${url}/seal`, { incomplete: 'seen' });
  expect(textOf(await other.get(sealed.headers.location ?? ''))).toContain('2 sealed');
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
  expect((await customer.get('/months/2026-10')).headers.location).toBe('/statements');
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

test('without a key nothing is sealed: the page says so before, the answer is 409, and both say what to do', async () => {
  const { store, config, now } = tenants;
  const keyless = { ...config, keys: { folder: `${tempDir()}/none` } };
  const without = createBilling({
    store,
    config: () => keyless,
    now,
    software: 'test',
    signer: () => keyFolder(keyless.keys.folder).signer(),
  });
  const other = entrance({ ...tenants, config: keyless }, { billing: without });
  await without.statements.close('2026-10');
  const finance = await signedIn(other, 'finance', { name: 'fin' });
  const asked = await finance.get('/months/2026-10?ask=seal');
  expect(textOf(asked)).toContain('pop-sla keys make');
  expect(asked.body).not.toContain('action="/months/2026-10/seal"');
  const refused = await finance.post('/months/2026-10/seal', { incomplete: 'x' });
  expect([refused.statusCode, textOf(refused)]).toEqual([409, expect.stringContaining('there is no key in')]);
  const api = await other.as(await other.tokenOf('finance'), {
    method: 'POST',
    url: '/api/v1/statements/2026-10/seal',
    payload: { acceptIncomplete: 'x' },
  });
  expect([api.statusCode, api.json<{ detail: string }>().detail]).toEqual([
    409,
    expect.stringContaining('pop-sla keys make'),
  ]);
});

const outageOf = { port: 'SIN', reason: 'not seen', evidence: null } as const;

test('a draft says what the ledger says, on the page as in the file, and a refused row is told as refused', async () => {
  await billing.statements.close('2026-10');
  const finance = await signedIn(server, 'finance');
  const csv = async (): Promise<string> =>
    (await finance.get('/api/v1/reports/2026-10?service=alpha-service&format=csv')).body;
  const before = await csv();
  const noc = await server.tokenOf('noc');
  const payload = { ...outageOf, from: '2026-10-16T00:00:00+08:00', to: '2026-10-16T02:00:00+08:00' };
  expect((await server.as(noc, { method: 'POST', url: '/api/v1/outages', payload })).statusCode).toBe(201);
  // The file is made first: it waits for no page.
  const after = await csv();
  expect([before.includes('555.55'), after.includes('555.55')]).toEqual([false, true]);
  expect(textOf(await finance.get('/months/2026-10'))).toMatch(/alpha-service.*HKD\s555\.55 Why/);
  expect(textOf(await finance.get('/months/2026-10/alpha-service'))).toMatch(/HKD\s555\.55/);
  await finance.post('/months/2026-10/seal', { incomplete: 'x' });
  const later = { ...payload, from: '2026-10-17T00:00:00+08:00', to: '2026-10-17T09:00:00+08:00' };
  expect((await server.as(noc, { method: 'POST', url: '/api/v1/outages', payload: later })).statusCode).toBe(
    201,
  );
  const again = await finance.post('/months/2026-10/seal', { incomplete: 'x' });
  const told = await finance.get(again.headers.location ?? '');
  expect(told.body).toMatch(/<p class="alert" role="status">0 sealed, 1 refused<\/p>/);
  const revised = await finance.get('/months/2026-10?ask=revise');
  expect(textOf(revised)).toContain('Revise 1 statement of October 2026?');
  // What was told once is told to nobody else.
  const fred = await signedIn(server, 'finance', { name: 'fred' });
  expect(textOf(await fred.get(again.headers.location ?? ''))).not.toContain('refused');
});

test('the list has availability and bands, is filtered and sorted, and a month in progress has no button that fails', async () => {
  await billing.statements.close('2026-10');
  const finance = await signedIn(server, 'finance');
  const page = await finance.get('/months/2026-10');
  expect(textOf(page)).toMatch(/alpha-service.*99\.9014%/);
  expect(textOf(await finance.get('/months/2026-10?search=beta'))).not.toMatch(/alpha-service.*Why/);
  expect(textOf(await finance.get('/months/2026-10?show=credit'))).toContain('No statement matches');
  const [low, high] = [
    await finance.get('/months/2026-10?below=100'),
    await finance.get('/months/2026-10?below=1'),
  ];
  expect([low, high].map((one) => textOf(one).includes('No statement matches'))).toEqual([false, true]);
  // What is no percentage filters nothing.
  expect(textOf(await finance.get('/months/2026-10?below=x'))).not.toContain('No statement matches');
  for (const sort of ['customer', 'availability', 'credit'])
    expect((await finance.get(`/months/2026-10?sort=${sort}`)).statusCode).toBe(200);
  for (const month of ['2026-11', '2027-03']) {
    const other = await finance.get(`/months/${month}`);
    expect([other.statusCode, other.body.includes('/close')]).toEqual([200, false]);
  }
});

test('the language of a page that says what was wrong is changed on the page of its form', async () => {
  const finance = await signedIn(server, 'finance');
  const wrong = await finance.post('/months/2026-10/seal', {
    service: 'none',
    _here: '/months/2026-10?ask=seal',
  });
  expect(wrong.statusCode).toBe(400);
  expect(wrong.body).toContain('name="to" value="/months/2026-10?ask=seal"');
  const evilHere = await finance.post('/months/2026-10/seal', { service: 'none', _here: '//evil.example/' });
  expect(evilHere.body).not.toContain('evil.example');
});

import { beforeEach, expect, test } from 'vitest';
import { createBilling } from '../../src/services/credits/billing.js';
import { keyFolder } from '../../src/seal/keys.js';
import { tempDir } from '../support/temp-dir.js';
import { twoTenants, type Tenants } from '../support/tenants.js';
import { entrance, type Entrance } from '../http/support/entry.js';
import { signedIn, textOf, type Visitor } from '../http/support/portal.js';

const evil = '<script>alert(1)</script>';
const outage = { from: '2026-10-16T00:00:00+08:00', to: '2026-10-16T02:00:00+08:00' };

let server: Entrance;
let tenants: Tenants;
let finance: Visitor;

/** October of both, sealed; claims are due by the last of November where `claims` says so. */
async function openServer(claims: boolean): Promise<void> {
  tenants = await twoTenants();
  const { store, now } = tenants;
  const keys = keyFolder(`${tempDir()}/keys`);
  await keys.make();
  const plan = tenants.config.book.plans.get('ctg-cloud-connection');
  if (!plan) throw new Error('the plan is gone');
  const claim = { days: 30, after: 'month' } as const;
  const versions = plan.versions.map((each) => ({ ...each, credit: { ...each.credit, claim } }));
  const plans = new Map(tenants.config.book.plans).set(plan.id, { ...plan, versions });
  const claimed = { ...tenants.config, book: { ...tenants.config.book, plans } };
  const config = claims ? claimed : tenants.config;
  const billing = createBilling({
    store,
    config: () => config,
    now: () => server.clock.now,
    software: 'test',
    signer: () => keys.signer(),
  });
  server = entrance({ store, config, now }, { billing });
  finance = await signedIn(server, 'finance');
  await finance.post('/months/2026-10/seal', { incomplete: 'for the test' });
}

beforeEach(() => openServer(false));

/** Opens one, and gives its address. */
async function opened(by: Visitor, statement: string, fields: Record<string, string> = {}): Promise<string> {
  const answer = await by.post('/disputes', {
    statement,
    about: 'availability',
    text: 'too high',
    ...fields,
  });
  expect([answer.statusCode, answer.headers.location]).toEqual([303, expect.stringMatching(/done=open$/)]);
  return answer.headers.location?.split('?')[0] ?? '';
}

/** Enters an outage that nobody measured, and gives the id of its entry. */
async function missedOutage(): Promise<string> {
  const payload = { port: 'SIN', ...outage, reason: 'seen by the customer', evidence: null };
  const entered = await server.as(await server.tokenOf('noc'), {
    method: 'POST',
    url: '/api/v1/outages',
    payload,
  });
  expect(entered.statusCode).toBe(201);
  const events = await tenants.store.ledger.events();
  return events.flatMap(({ action }) => (action.type === 'outage-added' ? [action.id] : [])).at(-1) ?? '';
}

test('a customer disputes a figure from the statement; finance answers and rejects it; both see it all', async () => {
  const alpha = await signedIn(server, 'customer');
  const page = await alpha.get('/months/2026-10/alpha-service');
  expect(textOf(page)).toMatch(/Disputes of this statement This statement is not disputed/);
  expect(page.body).toContain('/disputes/new?statement=2026-10%2Falpha-service');
  const form = await alpha.get('/disputes/new?statement=2026-10%2Falpha-service');
  expect(textOf(form)).toMatch(/revision 1 as it was sealed. The contract sets no last day/);
  expect(textOf(form)).toMatch(
    /Availability: 99.9014% Credit: HKD\s0.00 Outage: SIN.*Latency HKG → SIN: .*Packet loss HKG → SIN/,
  );
  const url = await opened(alpha, '2026-10/alpha-service', { about: 'latency HKG>SIN', text: evil });
  const shown = await alpha.get(url);
  expect([shown.body.includes(evil), textOf(shown)]).toEqual([
    false,
    expect.stringContaining('Latency HKG → SIN'),
  ]);
  expect(textOf(await finance.get('/months/2026-10'))).toContain('1 dispute is open.');
  expect(textOf(await finance.get('/disputes'))).toMatch(
    /2026-10\/alpha-service revision 1 .*Latency HKG → SIN open/,
  );
  expect((await finance.post(`${url}/answer`, { text: 'we look at the agent' })).statusCode).toBe(303);
  // What was answered is taken: the customer comments, and can't take it back by itself.
  const late = await alpha.post(`${url}/withdraw`, { text: 'never mind' });
  expect([late.statusCode, textOf(late)]).toEqual([400, expect.stringContaining('It has been answered')]);
  expect((await alpha.get(url)).body).not.toContain('/withdraw"');
  await alpha.post(`${url}/comment`, { text: 'still slow' });
  expect(textOf(await finance.get('/disputes?show=open'))).toContain('open');
  const silent = await finance.post(`${url}/reject`, { text: ' ' });
  expect(silent.statusCode).toBe(400);
  await finance.post(`${url}/reject`, { text: 'it is within 10 %' });
  for (const who of [alpha, finance])
    expect(textOf(await who.get(url))).toMatch(
      /rejected.*we look at the agent.*still slow.*it is within 10 %/,
    );
  expect(textOf(await alpha.get('/disputes'))).toContain('No disputes');
  expect(textOf(await alpha.get('/disputes?show=rejected'))).toContain('alpha-service');
  expect(textOf(await alpha.get('/months/2026-10/alpha-service'))).toMatch(/D\d+ Latency rejected/);
  expect((await finance.post(`${url}/accept`, { text: 'after all' })).statusCode).toBe(400);
  for (const [language, words] of [
    ['zh-CN', /异议.*已驳回.*答复.*补充说明/],
    ['zh-TW', /異議.*已駁回.*答覆.*補充說明/],
  ] as const)
    expect(
      textOf(await alpha.get(url, { cookie: `${alpha.cookie()}; pop-sla-language=${language}` })),
    ).toMatch(words);
});

test('an accepted one becomes a revision, and a revision that would change nothing is refused', async () => {
  const alpha = await signedIn(server, 'customer');
  const url = await opened(alpha, '2026-10/alpha-service');
  const early = await finance.post(`${url}/accept`, { text: 'you are right', revise: 'yes' });
  expect([early.statusCode, textOf(early)]).toEqual([400, expect.stringContaining('would change nothing')]);
  expect(textOf(await alpha.get(url))).toMatch(/ open /);
  const entry = await missedOutage();
  const unknown = await finance.post(`${url}/accept`, { text: 'you are right', entries: 'C999' });
  expect([unknown.statusCode, textOf(unknown)]).toEqual([400, expect.stringContaining('Not found: C999')]);
  // A month with unobserved time is sealed with a reason, from its own page; it is accepted all the same.
  const accepted = await finance.post(`${url}/accept`, { text: 'you are right', entries: entry });
  expect(accepted.statusCode).toBe(303);
  expect(textOf(await finance.get('/months/2026-10'))).toContain(
    '1 accepted dispute still needs its revision.',
  );
  expect(textOf(await finance.get(url))).toMatch(/revision not sealed yet/);
  await finance.post('/months/2026-10/revise', { service: 'alpha-service', incomplete: 'for the test' });
  for (const who of [alpha, finance]) {
    const page = await who.get(url);
    expect(textOf(page)).toMatch(/settled by revision 2/);
    expect(textOf(page)).toContain(entry);
  }
  expect(textOf(await finance.get('/months/2026-10'))).not.toMatch(/dispute/);
  expect(textOf(await finance.get('/credits'))).toMatch(/alpha-service revision 2 alpha .*HKD\s555\.55/);
});

test('until the last day to claim, and no day longer; finance may open one for the customer', async () => {
  await openServer(true);
  const alpha = await signedIn(server, 'customer');
  const page = '/months/2026-10/alpha-service';
  expect(textOf(await alpha.get(page))).toContain('can be disputed until 30 November 2026');
  // The last minute of that day by the clock of the contract, and the first after it.
  server.clock.now = Date.parse('2026-11-30T23:59:00+08:00');
  const then = await signedIn(server, 'customer', { name: 'then' });
  await opened(then, '2026-10/alpha-service');
  server.clock.now += 60_000;
  const late = await then.post('/disputes', {
    statement: '2026-10/alpha-service',
    about: 'credit',
    text: 'x',
  });
  expect([late.statusCode, textOf(late)]).toEqual([
    400,
    expect.stringContaining('could be disputed until 2026-11-30'),
  ]);
  const over = await then.get(page);
  expect([textOf(over), over.body.includes('/disputes/new')]).toEqual([
    expect.stringContaining('It could be disputed until 30 November 2026'),
    false,
  ]);
  await opened(await signedIn(server, 'finance', { name: 'fred' }), '2026-10/alpha-service');
});

test('the customer takes it back while nobody has answered, and nothing is done with it afterwards', async () => {
  const alpha = await signedIn(server, 'customer');
  const url = await opened(alpha, '2026-10/alpha-service');
  expect((await alpha.post(`${url}/withdraw`, { text: 'our own fault' })).statusCode).toBe(303);
  expect(textOf(await alpha.get(url))).toMatch(/withdrawn.*our own fault/);
  for (const deed of ['comment', 'withdraw'])
    expect((await alpha.post(`${url}/${deed}`, { text: 'x' })).statusCode).toBe(400);
  expect((await finance.post(`${url}/answer`, { text: 'x' })).statusCode).toBe(400);
});

test('what it concerns has to be in the statement', async () => {
  const alpha = await signedIn(server, 'customer');
  const statement = '2026-10/alpha-service';
  for (const about of ['latency HKG>FRA', 'outage FRA@HKG/1', 'outage', 'credit HKG>SIN']) {
    const answer = await alpha.post('/disputes', { statement, about, text: 'x' });
    expect([about, answer.statusCode]).toEqual([about, 400]);
  }
  expect((await alpha.get('/disputes/new?statement=2026-10%2Fnone')).statusCode).toBe(404);
  expect((await alpha.get('/disputes/new?statement=x')).statusCode).toBe(404);
});

test("another tenant's dispute answers as one that does not exist, on every route and page", async () => {
  const alpha = await signedIn(server, 'customer');
  const url = await opened(alpha, '2026-10/alpha-service');
  const shopUrl = await opened(await signedIn(server, 'reseller'), '2026-10/beta-service');
  const beta = await signedIn(server, 'customer', { customer: 'beta', name: 'beta' });
  const gamma = await signedIn(server, 'reseller', { customer: 'alpha', name: 'gamma' });
  const own = await opened(gamma, '2026-10/alpha-service');
  for (const [who, theirs] of [
    [alpha, shopUrl],
    // It buys from a reseller, whose dispute speaks of the reseller's amounts.
    [beta, shopUrl],
    [beta, url],
    [gamma, shopUrl],
  ] as const) {
    const unknown = theirs.replace(/D\d+$/, 'D99999');
    const asked = async (place: string) => {
      const answers = [await who.get(place)];
      for (const deed of ['comment', 'withdraw', 'answer', 'accept', 'reject'])
        answers.push(await who.post(`${place}/${deed}`, { text: 'x' }));
      const api = await who.send({ url: `/api/v1${place}`, headers: { accept: 'application/json' } });
      const page = ({ statusCode }: { statusCode: number }) => statusCode;
      return [...answers.map(page), api.statusCode, api.body.replaceAll(/D\d+|"reference":"[^"]*"/g, '')];
    };
    expect(await asked(theirs)).toEqual(await asked(unknown));
    expect((await who.get(theirs)).statusCode).toBe(404);
    expect((await who.get('/disputes?show=all')).body).not.toContain(theirs);
  }
  for (const statement of ['2026-10/alpha-service', '2026-10/beta-service', '2026-10/none']) {
    const answer = await beta.post('/disputes', { statement, about: 'availability', text: 'x' });
    expect([statement, answer.statusCode]).toEqual([statement, 404]);
  }
  const approver = await signedIn(server, 'approver');
  expect((await approver.get(own)).statusCode).toBe(200);
  expect((await approver.get(own)).body).not.toContain('/accept"');
  expect((await approver.post(`${own}/accept`, { text: 'x' })).statusCode).toBe(403);
  const noc = await signedIn(server, 'noc');
  expect((await noc.get(own)).statusCode).toBe(403);
});

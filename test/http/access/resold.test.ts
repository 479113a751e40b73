import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { beforeEach, expect, test } from 'vitest';
import { createBilling, type Billing } from '../../../src/services/credits/billing.js';
import { createReports } from '../../../src/services/reports.js';
import { renderReport } from '../../../src/render/report/formats.js';
import type { Store } from '../../../src/store/store.js';
import { keyFolder } from '../../../src/seal/keys.js';
import { dayMs, hourMs, october, outage } from '../../support/ledger.js';
import { tempDir } from '../../support/temp-dir.js';
import { tenantsOf } from '../../support/tenants.js';
import { entrance, type Entrance } from '../support/entry.js';
import { signedIn } from '../support/portal.js';

/** `beta` buys from `lion`, which buys from `pacific`; `alpha`'s rent is its own. What `beta` pays stands in no contract of ours. */
const chain = `
customers:
  - { id: alpha }
  - { id: beta, name: Beta Bank }
  - { id: lion, name: Lion Networks }
  - { id: pacific, name: Pacific Master }
resale:
  - { seller: lion, buyer: beta, from: 2026-01-01 }
  - { seller: pacific, buyer: lion, from: 2026-01-01 }
sites:
  - { id: alpha-site, customer: alpha }
  - { id: beta-site, customer: beta }
lines: [{ id: alpha-line, pop: SIN }, { id: beta-line, pop: FRA }]
services:
  - { id: alpha-service, customer: alpha, site: alpha-site, start: 2026-01-01, plan: ctg-cloud-connection,
      class: protected-single, lines: [alpha-line], paths: ['HKG>SIN'], rent: 11111, currency: HKD }
  - { id: beta-service, customer: beta, site: beta-site, start: 2026-01-01, plan: ctg-cloud-connection,
      class: single, lines: [beta-line], paths: ['HKG>FRA'], rent: 76543.21, currency: SGD, taxPercent: 9,
      changes: [{ from: 2026-10-15, rent: 87654.32 }] }
`;
/** The rents, however their digits are grouped, and who is billed. */
const secrets = /76[,  ]?543|87[,  ]?654|lion|pacific/i;
const formats = ['json', 'csv', 'xlsx', 'pdf', 'html'] as const;
const contents = ['statements', 'summary'] as const;
const languages = ['en', 'zh-CN', 'zh-TW'] as const;

let server: Entrance;
let billing: Billing;
let store: Store;
/** The amounts as the statement of finance has them. */
let amounts: string[];

beforeEach(async () => {
  const tenants = await tenantsOf(chain);
  const { config, now } = tenants;
  ({ store } = tenants);
  const from = october + 9 * dayMs;
  await store.watch.put({
    outages: [outage('FRA', from, from + 9 * hourMs)],
    states: [],
    spans: [],
    blind: [],
  });
  const keys = keyFolder(`${tempDir()}/keys`);
  await keys.make();
  const parts = { store, config: () => config, now, software: 'test' };
  billing = createBilling({ ...parts, signer: () => keys.signer() });
  const reports = createReports(parts);
  server = entrance(tenants, { billing, reports: { reports, render: renderReport } });
  for (const customer of ['beta', 'lion', 'pacific']) {
    const rest = { secret: null, language: 'en', events: ['*'], query: null, createdAt: 1, createdBy: 'ann' };
    const address = `https://${customer}.example/hook`;
    await store.targets.add({ id: customer, customer, kind: 'webhook', address, ...rest });
  }
  const all = { month: '2026-10', services: null, acceptIncomplete: 'for the test' };
  await billing.statements.seal('fin', all);
  // A second revision, with a difference of amounts to tell.
  const noc = await server.tokenOf('noc');
  const payload = {
    port: 'FRA',
    from: '2026-10-20T00:00:00Z',
    to: '2026-10-20T06:00:00Z',
    reason: 'not seen',
    evidence: null,
  };
  await server.as(noc, { method: 'POST', url: '/api/v1/outages', payload });
  const [revised] = await billing.statements.revise('fin', { ...all, services: ['beta-service'] });
  expect(revised).toMatchObject({ outcome: 'sealed', revision: 2 });
  const dispute = { statement: '2026-10/beta-service', contact: null, text: 'SGD 76543 is what lion pays' };
  await billing.disputes.open('lin', dispute);
  const sealed = await billing.statements.show('2026-10', 'beta-service');
  const found = JSON.stringify(sealed).match(/"-?\d+\.\d\d"/g) ?? [];
  // Percentages have two places as well.
  amounts = [...new Set(found.map((one) => one.slice(1, -1)))].filter((one) => Math.abs(Number(one)) > 100);
  expect(amounts.length).toBeGreaterThan(5);
}, 60_000);

/** What is written in a file, whatever its format packs it into. */
function wordsOf(bytes: Buffer, format: string): string {
  if (format === 'xlsx')
    return Object.values(unzipSync(bytes))
      .map((part) => Buffer.from(part).toString('utf8'))
      .join('\n');
  if (format !== 'pdf') return bytes.toString('utf8');
  const file = join(tempDir(), 'file.pdf');
  writeFileSync(file, bytes);
  return execFileSync('pdftotext', ['-layout', file, '-']).toString('utf8');
}

const isSecret = (text: string): string[] => [
  ...(secrets.exec(text.replaceAll('/plans/', '')) ?? []),
  ...amounts.filter((amount) => {
    const [whole = '', cents = ''] = amount.replace('-', '').split('.');
    const grouped = whole.replace(/\B(?=(\d{3})+$)/g, '[,\\u00a0\\u202f]?');
    return new RegExp(`(?<![\\d.])${grouped}(?:\\.${cents})(?!\\d)`).test(text);
  }),
];

const report = async (token: string, query: string) => {
  const answer = await server.as(token, `/api/v1/reports/2026-10?${query}`);
  return { status: answer.statusCode, bytes: answer.rawPayload };
};

test.each(formats.flatMap((format) => contents.map((content) => [content, format] as const)))(
  'the end customer gets the %s of its month as %s with figures and no amount, the reseller with them',
  async (content, format) => {
    const beta = await server.tokenOf('customer', 'beta');
    const lion = await server.tokenOf('reseller', 'lion');
    for (const lang of languages)
      for (const query of ['service=beta-service', 'service=beta-service&revision=1', 'customer=beta', '']) {
        const asked = `${query}&content=${content}&format=${format}&lang=${lang}`;
        // The reseller first: what was made for it is not handed on.
        const [theirs, own] = [await report(lion, asked), await report(beta, asked)];
        expect([asked, theirs.status, own.status]).toEqual([asked, 200, 200]);
        const text = wordsOf(own.bytes, format);
        expect([asked, isSecret(text)]).toEqual([asked, []]);
        expect(text).toContain('beta-service');
        expect(text).toMatch(format === 'xlsx' ? /0\.97|0\.98/ : /9[78]\.\d{4}/);
        expect(text).not.toMatch(/NaN|undefined|\bInfinity\b/);
        expect(isSecret(wordsOf(theirs.bytes, format)).length).toBeGreaterThan(content === 'summary' ? 1 : 3);
      }
  },
);

test('no route that a customer may read, and no page, tells an amount or who is billed', async () => {
  const token = await server.tokenOf('customer', 'beta');
  const description = (await server.http.inject('/api/v1/openapi.json')).json<{
    paths: Record<string, Record<string, unknown>>;
  }>();
  const values: Record<string, string> = {
    month: '2026-10',
    service: 'beta-service',
    source: 'HKG',
    destination: 'FRA',
    path: 'HKG>FRA',
  };
  const disputes = await billing.disputes.list();
  const tmf = '2026-10.beta-service';
  const ids = [
    disputes[0]?.id ?? '',
    'beta',
    'beta-service',
    'beta-site',
    'beta-line',
    tmf,
    `${tmf}.availability`,
  ];
  const places = Object.entries(description.paths).flatMap(([path, methods]) => {
    if (!('get' in methods)) return [];
    const filled = path.replaceAll(/\{(\w+)\}/g, (given, name: string) => values[name] ?? given);
    const named = filled.includes('{') ? ids.map((id) => filled.replaceAll(/\{\w+\}/g, id)) : [filled];
    return named.flatMap((place) => [place, `${place}?month=2026-10`, `${place}?toDate=true`]);
  });
  expect(places.length).toBeGreaterThan(60);
  let good = 0;
  for (const place of places.filter((one) => !/events|stream|docs|openapi|\/plans/.test(one))) {
    const answer = await server.as(token, encodeURI(place));
    if (answer.statusCode === 200) good += 1;
    // The reports are read above, in every format.
    if (!place.includes('/reports/')) expect([place, isSecret(answer.body)]).toEqual([place, []]);
  }
  expect(good).toBeGreaterThan(20);
  const visitor = await signedIn(server, 'customer', { customer: 'beta' });
  for (const place of [
    '/services',
    '/statements',
    '/faults',
    '/disputes?show=all',
    `/disputes/${disputes[0]?.id ?? ''}`,
    '/disputes/new?statement=2026-10%2Fbeta-service',
    '/paths/HKG/FRA',
    '/months/2026-10',
    '/months/2026-10/beta-service',
    '/months/2026-10/beta-service?now=yes',
    '/notifications',
    '/exclusions',
    '/outages',
    '/verify',
  ]) {
    const answer = await visitor.get(place);
    expect([place, isSecret(answer.body)]).toEqual([place, []]);
  }
  const list = await visitor.get('/statements');
  expect(list.body).toContain('format=pdf');
  expect(list.body).toContain('without amounts');
});

test('messages name no amount to anybody, and to the end customer nothing of its reseller', async () => {
  const messages = await store.outbox.list({ limit: 200 });
  const told = (target: string) => messages.filter((each) => each.target === target);
  expect(told('beta').filter(({ event }) => /^(?:statement|credit|claim)-/.test(event))).toEqual([]);
  for (const { event, body } of told('beta')) expect([event, isSecret(body)]).toEqual([event, []]);
  expect(told('pacific').map(({ key }) => key)).toContain('statement-revised:2026-10/beta-service@2>pacific');
  const figures = (text: string) => isSecret(text).filter((found) => /\d/.test(found));
  for (const { key, body } of messages) expect([key, figures(body)]).toEqual([key, []]);
});

test('as JSON it is an extract without a place for amounts, seal or digests', async () => {
  const token = await server.tokenOf('customer', 'beta');
  const one = await server.as(token, '/api/v1/statements/2026-10/beta-service');
  expect(one.json()).toMatchObject({
    document: { format: 'pop-sla-statement-extract/1', revision: 2, state: 'sealed' },
  });
  const keys = JSON.stringify(one.json());
  expect(keys).not.toMatch(
    /"(?:rent|monthlyRent|base|credit|causes|caps|tax|claim|total|sellers|currency|hash|signature|config|previous)":/,
  );
  expect((await server.as(token, '/api/v1/evidence/2026-10/beta-service')).statusCode).not.toBe(200);
  const rows = await server.as(token, '/api/v1/statements?month=2026-10&figures=true');
  expect(rows.json()).toMatchObject({
    statements: [
      { rent: null, credit: null, currency: null, hash: null, figures: {} },
      { revision: 2, rent: null },
    ],
  });
  expect((await server.as(token, '/api/v1/reports/2026-10?reseller=lion')).statusCode).toBe(400);
  const lion = await server.as(
    await server.tokenOf('reseller', 'lion'),
    '/api/v1/statements/2026-10/beta-service',
  );
  expect(lion.json()).toMatchObject({ document: { format: 'pop-sla-statement/4', currency: 'SGD' } });
});

test('a list filtered by credit tells the end customer nothing, and by availability and state what it sees', async () => {
  const listOf = async (role: 'customer' | 'reseller', name: string, query: string) => {
    const answer = await server.as(await server.tokenOf(role, name), `/api/v1/statements?${query}`);
    expect([query, answer.statusCode]).toEqual([query, 200]);
    const { statements, nextCursor } = answer.json<{
      statements: { service: string; revision: number }[];
      nextCursor: string | null;
    }>();
    return [statements.map(({ service, revision }) => `${service} ${revision}`), nextCursor];
  };
  const [first, second] = ['beta-service 1', 'beta-service 2'];
  expect(await listOf('customer', 'beta', 'credited=true')).toEqual([[], null]);
  expect(await listOf('customer', 'beta', 'credited=true&limit=1')).toEqual([[], null]);
  expect(await listOf('reseller', 'lion', 'credited=true&standing=true')).toEqual([[second], null]);
  expect(await listOf('customer', 'beta', 'availabilityBelow=99')).toEqual([[first, second], null]);
  expect(await listOf('customer', 'beta', 'availabilityBelow=90.5')).toEqual([[], null]);
  expect(await listOf('customer', 'beta', 'state=revised')).toEqual([[second], null]);
  expect(await listOf('customer', 'beta', 'standing=true')).toEqual([[second], null]);
  const wrong = await server.as(
    await server.tokenOf('customer', 'beta'),
    '/api/v1/statements?availabilityBelow=x',
  );
  expect([wrong.statusCode, wrong.body]).toEqual([400, expect.stringContaining('is no percentage')]);
});

test('a reseller whose link ended inside a month has no statement of it, and the customer has it without amounts', async () => {
  const tenants = await tenantsOf(
    chain.replace('buyer: beta, from: 2026-01-01', 'buyer: beta, from: 2026-09-01, to: 2026-10-20'),
  );
  const keys = keyFolder(`${tempDir()}/keys`);
  await keys.make();
  const { store, config, now } = tenants;
  const ended = createBilling({
    store,
    config: () => config,
    now,
    software: 'test',
    signer: () => keys.signer(),
  });
  for (const month of ['2026-09', '2026-10'])
    await ended.statements.seal('fin', { month, services: null, acceptIncomplete: 'for the test' });
  const reports = createReports({ store, config: () => config, now, software: 'test' });
  const other = entrance(tenants, { billing: ended, reports: { reports, render: renderReport } });
  const seen = async (role: 'customer' | 'reseller', name: string) => {
    const answer = await other.as(await other.tokenOf(role, name), '/api/v1/statements');
    return answer
      .json<{ statements: { id: string; rent: string | null }[] }>()
      .statements.map(({ id, rent }) => `${id} ${rent === null ? 'without' : 'with'}`);
  };
  expect(await seen('reseller', 'lion')).toEqual(['2026-09/beta-service with']);
  expect(await seen('customer', 'beta')).toEqual([
    '2026-09/beta-service without',
    '2026-10/beta-service without',
  ]);
  const october = await other.as(
    await other.tokenOf('reseller', 'lion'),
    '/api/v1/reports/2026-10?service=beta-service',
  );
  expect(october.statusCode).toBe(400);
});

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ratio } from '../../../src/core/number.js';
import type { MeshStanding, PathStanding } from '../../../src/core/standing.js';
import { isoInstant } from '../../../src/render/figures.js';
import { october } from '../../support/ledger.js';
import { root } from '../../support/source-files.js';
import { tempDir } from '../../support/temp-dir.js';
import { tenantsOf, twoTenants } from '../../support/tenants.js';
import { textOf, signedIn } from '../support/portal.js';
import { entrance, type Entrance } from '../support/entry.js';
import { iso } from '../support/iso.js';

const dayMs = 86_400_000;
const terms = 'plan: ctg-cloud-connection, class: single, rent: 100, currency: HKD';

/** `s1` was the tenant alpha's until the middle of September, and is beta's since that of October, on another path. */
const handedOn = `
customers: [{ id: alpha }, { id: beta }, { id: shop }]
resale: [{ seller: shop, buyer: beta, from: 2026-10-20 }]
sites: [{ id: alpha-site, customer: alpha }, { id: beta-site, customer: beta }]
lines: [{ id: alpha-line, pop: SIN }, { id: beta-line, pop: FRA }]
services:
  - { id: s1, customer: alpha, site: alpha-site, start: 2026-01-01, end: 2026-09-15, lines: [alpha-line],
      paths: ['HKG>SIN'], ${terms} }
  - { id: s1, customer: beta, site: beta-site, start: 2026-10-15, lines: [beta-line], paths: ['HKG>FRA'], ${terms},
      changes: [{ from: 2026-10-20, rent: 333 }, { from: 2026-11-05, rent: 444 }] }
`;

const asker = (server: Entrance, token: string) => (method: 'GET' | 'POST', url: string, payload?: object) =>
  server.as(token, {
    method,
    url: url.startsWith('/') ? url : `/api/v1/${url}`,
    ...(payload !== undefined && { payload }),
  });

async function customer(server: Entrance, name: string) {
  return asker(server, await server.tokenOf('customer', name));
}

describe('an id that was one tenant’s, and is another’s by now', () => {
  test('gives the first nothing of the second: no band, no report with its figures, no exclusion, no suggestion', async () => {
    const tenants = await tenantsOf(handedOn);
    const server = entrance(tenants);
    const [alpha, beta] = [await customer(server, 'alpha'), await customer(server, 'beta')];
    expect((await alpha('GET', 'bands?service=s1')).statusCode).toBe(404);
    expect((await alpha('GET', 'bands?path=HKG%3ESIN')).statusCode).toBe(404);
    expect((await beta('GET', 'bands?service=s1')).json()).toMatchObject({
      bands: [{ path: 'HKG>FRA' }, {}, {}],
    });
    const filed = await alpha('POST', 'fault-reports', { service: 's1', window: 'month-to-date' });
    expect([filed.statusCode, filed.body]).toEqual([400, expect.not.stringMatching(/FRA|beta/)]);
    expect((await beta('POST', 'fault-reports', { service: 's1', window: 'month-to-date' })).statusCode).toBe(
      201,
    );

    const times = { raisedAt: tenants.now(), endedSlot: null, metrics: ['loss'] as const };
    for (const [path, day] of [
      ['HKG>SIN', 20],
      ['HKG>FRA', 20],
      ['HKG>SIN', -25],
    ] as const) {
      const at = october + day * dayMs;
      await tenants.store.suggestions.put({ ...times, path, firstSlot: at, lastSlot: at, endedSlot: at + 1 });
    }
    const seen = async (ask: typeof alpha) =>
      (await ask('GET', 'fault-suggestions?all=true'))
        .json<{ suggestions: { path: string; firstSlot: string }[] }>()
        .suggestions.map(({ path, firstSlot }) => `${path} ${firstSlot.slice(0, 10)}`);
    expect(await seen(alpha)).toEqual([`HKG>SIN ${iso(october - 25 * dayMs).slice(0, 10)}`]);
    expect(await seen(beta)).toEqual([`HKG>FRA ${iso(october + 20 * dayMs).slice(0, 10)}`]);

    const noc = asker(server, await server.tokenOf('noc'));
    const approver = asker(server, await server.tokenOf('approver'));
    for (const [n, scope] of [[`service:s1`], ['path:HKG>SIN'], ['pop:SIN'], ['line:alpha-line']].entries()) {
      const from = october + 22 * dayMs + n * 60_000;
      const proposed = await noc('POST', 'exclusions', {
        kind: 'emergency-maintenance',
        scope,
        reason: `of beta's time ${n}`,
        from: iso(from),
        to: iso(from + 60_000),
      });
      expect(proposed.statusCode).toBe(201);
      await approver('POST', `exclusions/${proposed.json<{ id: string }>().id}/approve`, {});
    }
    const excused = async (ask: typeof alpha) =>
      (await ask('GET', 'exclusions')).json<{ exclusions: { reason: string }[] }>().exclusions.length;
    expect([await excused(alpha), await excused(beta)]).toEqual([0, 1]);
  });

  test('shows rents of the days alone on which they may be seen', async () => {
    const tenants = await tenantsOf(handedOn);
    const server = entrance(tenants);
    const rents = async (role: 'customer' | 'reseller', name: string) => {
      const token = await server.tokenOf(role, name);
      const answer = await server.as(token, '/api/v1/services');
      return answer
        .json<{ services: { terms: { from: string; rent: string | null }[] }[] }>()
        .services.flatMap((service) => service.terms.map(({ from, rent }) => `${from} ${rent ?? '-'}`));
    };
    // Since the 20th a reseller sells it: what it paid before is its own, what the reseller takes is not shown.
    expect(await rents('customer', 'beta')).toEqual(['2026-10-15 100.00', '2026-10-20 -', '2026-11-05 -']);
    expect(await rents('reseller', 'shop')).toEqual([
      '2026-10-15 -',
      '2026-10-20 333.00',
      '2026-11-05 444.00',
    ]);
  });
});

test('a reseller sees the figures of the days of its links alone', async () => {
  const tenants = await tenantsOf(`
customers: [{ id: beta }, { id: shop }]
resale:
  - { seller: shop, buyer: beta, from: 2026-10-05, to: 2026-10-08 }
  - { seller: shop, buyer: beta, from: 2026-10-20, to: 2026-10-25 }
sites: [{ id: beta-site, customer: beta }]
lines: [{ id: beta-line, pop: FRA }]
services:
  - { id: s1, customer: beta, site: beta-site, start: 2026-01-01, lines: [beta-line], paths: ['HKG>FRA'], ${terms} }
`);
  const server = entrance(tenants);
  const periods = async (role: 'customer' | 'reseller', name: string) => {
    const answer = await server.as(await server.tokenOf(role, name), '/api/v1/availability?month=2026-10');
    return answer
      .json<{ services: { period: { from: string; to: string; totalMs: number } }[] }>()
      .services.map(({ period: { from, to, totalMs } }) => [
        from.slice(0, 10),
        to.slice(0, 10),
        totalMs / dayMs,
      ]);
  };
  expect(await periods('customer', 'beta')).toEqual([['2026-10-01', '2026-11-01', 31]]);
  expect(await periods('reseller', 'shop')).toEqual([['2026-10-05', '2026-10-25', 8]]);
});

describe('a contract of somebody’s own', () => {
  const plan = (name: string) =>
    readFileSync(join(root, 'config/plans/ctg-cloud-connection.yaml'), 'utf8').replace(
      /^id: .*$/m,
      `id: ${name}`,
    );
  const shared = (folder: string) => `
plans: [${join(folder, 'beta.yaml')}]
customers: [{ id: alpha }, { id: beta }]
sites: [{ id: alpha-site, customer: alpha }, { id: beta-site, customer: beta }]
lines: [{ id: alpha-line, pop: SIN }, { id: beta-line, pop: FRA }]
services:
  - { id: a1, customer: alpha, site: alpha-site, start: 2026-01-01, lines: [alpha-line], paths: ['HKG>SIN'], ${terms} }
  - { id: b1, customer: beta, site: beta-site, start: 2026-01-01, lines: [beta-line], paths: ['HKG>SIN', 'HKG>FRA'],
      ${terms.replace('ctg-cloud-connection', 'beta-special')} }
`;

  const window = (from: number): PathStanding['day'] => ({
    from,
    to: from + 1,
    latencyUs: null,
    loss: null,
    held: 0,
    due: 48,
    excess: null,
    latencyBand: null,
    lossBand: null,
  });
  /** As it stands when each path was judged by the plan of its first service. */
  function judgedMesh(at: number): MeshStanding {
    const standing = (judge: string): PathStanding => ({
      plan: judge,
      commitmentUs: null,
      round: window(at),
      day: window(at),
      month: window(at),
    });
    const bands = { leavesOut: [], bands: [] };
    return {
      version: 1,
      judgedAt: at,
      paths: new Map([
        ['HKG>SIN', standing('ctg-cloud-connection')],
        ['HKG>FRA', standing('beta-special')],
      ]),
      terms: ['ctg-cloud-connection', 'beta-special'].map((judge) => ({
        plan: judge,
        latency: { ...bands, excessDecimals: 1 },
        loss: { ...bands, commitment: ratio(1n, 100n) },
      })),
    };
  }

  test('is named to nobody else, also where they use the same path', async () => {
    const folder = tempDir();
    writeFileSync(join(folder, 'beta.yaml'), plan('beta-special'));
    const tenants = await tenantsOf(shared(folder));
    const { config, now } = tenants;
    const mesh = judgedMesh(now());
    const server = entrance(tenants, { mesh: { mesh: () => mesh, now } });
    expect(config.book.plans.has('beta-special')).toBe(true);
    const [alpha, beta] = [await customer(server, 'alpha'), await customer(server, 'beta')];
    for (const url of [
      'bands?path=HKG%3ESIN',
      'plans',
      'mesh',
      'services',
      'bands?service=a1',
      'availability?month=2026-10',
    ]) {
      const answer = await alpha('GET', url);
      expect([url, answer.statusCode, answer.body]).toEqual([url, 200, expect.not.stringMatching(/beta/)]);
    }
    const plans = async (ask: typeof alpha) =>
      (await ask('GET', 'bands?path=HKG%3ESIN'))
        .json<{ bands: { plan: string }[] }>()
        .bands.map((one) => one.plan);
    expect(new Set(await plans(alpha))).toEqual(new Set(['ctg-cloud-connection']));
    expect(new Set(await plans(beta))).toEqual(new Set(['beta-special']));
    expect((await beta('GET', 'mesh')).body).toContain('beta-special');
  });
});

describe('what is refused', () => {
  test('names nobody else’s services, whatever month or service is asked for', async () => {
    const server = entrance(await twoTenants());
    const finance = asker(server, await server.tokenOf('finance'));
    expect((await finance('POST', 'statements/2026-10/close', {})).statusCode).toBe(200);
    for (const [name, own] of [
      ['alpha', 'alpha-service'],
      ['beta', 'beta-service'],
    ] as const) {
      const ask = await customer(server, name);
      const others = name === 'alpha' ? /beta|shop/ : /alpha/;
      for (const service of ['none', own, 'beta-service', 'alpha-service'])
        for (const more of ['', '?revision=7', '?toDate=true'])
          for (const month of ['2026-10', '2025-12', '2030-01']) {
            const url = `statements/${month}/${service}${more}`;
            const answer = await ask('GET', url);
            const said = answer.body.replaceAll(service, 'ASKED');
            expect([url, said]).toEqual([url, expect.not.stringMatching(others)]);
            if (service !== own) expect([url, answer.statusCode]).toEqual([url, 404]);
          }
    }
    // Staff are told which there are.
    expect((await finance('GET', 'statements/2026-10/none')).body).toContain('alpha-service, beta-service');
  });
});

describe('the evidence of a report', () => {
  test('has the outages as they count, and nobody’s words on them', async () => {
    const tenants = await twoTenants();
    const server = entrance(tenants);
    const noc = asker(server, await server.tokenOf('noc'));
    const from = tenants.now() - 7_200_000;
    const entered = await noc('POST', 'outages', {
      port: 'SIN',
      from: iso(from),
      to: iso(from + 60_000),
      reason: 'ticket of beta, seen by eve',
      evidence: 'secret-ticket',
    });
    expect(entered.statusCode).toBe(201);
    const alpha = await customer(server, 'alpha');
    const filed = await alpha('POST', 'fault-reports', { path: 'HKG>SIN', window: 'last-24h' });
    const { id } = filed.json<{ id: string }>();
    const evidence = await alpha('GET', `fault-reports/${id}/evidence`);
    expect(evidence.json()).toMatchObject({
      outages: [{ port: 'SIN', counts: { from: isoInstant(from) }, corrections: [], attribution: null }],
    });
    expect(evidence.body).not.toMatch(/beta|eve|secret-ticket|"noc"/);
  });
});

describe('a reseller', () => {
  test('is offered its own buyers alone where it files a report', async () => {
    const server = entrance(await twoTenants());
    const october20 = october + 19 * dayMs;
    server.clock.now = october20;
    const page = await (await signedIn(server, 'reseller')).get('/faults/new');
    expect(page.statusCode).toBe(200);
    expect(page.body).toContain('<option value="beta"');
    expect(textOf(page)).not.toMatch(/alpha/);
    server.clock.now = october + 40 * dayMs;
    const later = await (await signedIn(server, 'reseller', { name: 'later' })).get('/faults/new');
    expect(later.body).not.toMatch(/value="(beta|alpha)"/);
  });

  test('sees no report that was settled before it began to sell', async () => {
    const server = entrance(await tenantsOf(handedOn));
    const noc = asker(server, await server.tokenOf('noc'));
    const beta = await customer(server, 'beta');
    const shop = asker(server, await server.tokenOf('reseller'));
    server.clock.now = october + 16 * dayMs;
    for (const text of ['settled before', 'still open'])
      expect((await beta('POST', 'fault-reports', { text })).statusCode).toBe(201);
    await noc('POST', 'fault-reports/F1/take', {});
    await noc('POST', 'fault-reports/F1/resolve', { text: 'done' });
    expect((await beta('POST', 'fault-reports/F1/close', {})).statusCode).toBe(200);
    server.clock.now = october + 25 * dayMs;
    const list = (await shop('GET', 'fault-reports')).json<{ reports: { id: string }[] }>();
    expect(list.reports.map(({ id }) => id)).toEqual(['F2']);
    const tickets = await shop('GET', '/tmf-api/troubleTicket/v5/troubleTicket?limit=1');
    expect([tickets.headers['x-total-count'], tickets.json()]).toMatchObject(['1', [{ id: 'F2' }]]);
    const next = await shop('GET', '/tmf-api/troubleTicket/v5/troubleTicket?limit=1&offset=1');
    expect([next.headers['x-total-count'], next.json()]).toEqual(['1', []]);
    for (const url of [
      'fault-reports/F1',
      '/tmf-api/troubleTicket/v5/troubleTicket/F1',
      'fault-reports/F1/evidence',
    ])
      expect([url, (await shop('GET', url)).statusCode]).toEqual([url, 404]);
    expect((await beta('GET', 'fault-reports/F1')).statusCode).toBe(200);
  });
});

test('a customer cannot take away the others’ room for notifications', async () => {
  const server = entrance(await twoTenants());
  const [alpha, beta] = [await customer(server, 'alpha'), await customer(server, 'beta')];
  const add = (ask: typeof alpha, n: number) =>
    ask('POST', 'notification-targets', { kind: 'mail', address: `a${n}@mail.example`, events: ['*'] });
  for (let n = 0; n < 20; n += 1) expect((await add(alpha, n)).statusCode).toBe(201);
  const more = await add(alpha, 20);
  expect([more.statusCode, more.json<{ detail: string }>().detail]).toEqual([
    400,
    'targets: are 20; allowed: one less before another',
  ]);
  const hub = await alpha('POST', '/tmf-api/troubleTicket/v5/hub', { callback: 'https://bss.example/' });
  expect(hub.statusCode).toBe(400);
  expect((await add(beta, 0)).statusCode).toBe(201);
});

test('who is of a reseller and may not see its buyers lets nobody be told of them', async () => {
  const server = entrance(await twoTenants());
  const plain = asker(server, await server.tokenOf('customer', 'shop'));
  const seller = asker(server, await server.tokenOf('reseller'));
  const target = { kind: 'mail', address: 'a@shop.example', events: ['*'] };
  const listener = { callback: 'https://bss.shop.example/' };
  const base = '/tmf-api/troubleTicket/v5/hub';
  expect((await plain('POST', 'notification-targets', target)).statusCode).toBe(403);
  expect((await plain('POST', base, listener)).statusCode).toBe(403);
  expect((await seller('POST', 'notification-targets', target)).statusCode).toBe(201);
  expect((await seller('POST', base, listener)).statusCode).toBe(201);
});

test('a customer cannot fill the disk with files: so much an hour, by whatever way', async () => {
  const server = entrance(await twoTenants());
  const [alpha, beta] = [await server.tokenOf('customer', 'alpha'), await server.tokenOf('customer', 'beta')];
  const large = Buffer.alloc(10 * 2 ** 20, 'a');
  const upload = async (token: string, payload = large) => {
    const url = '/api/v1/fault-reports/attachments?name=a.txt';
    const headers = { 'content-type': 'application/octet-stream' };
    return server.as(token, { method: 'POST', url, payload, headers });
  };
  for (let n = 0; n < 10; n += 1) expect((await upload(alpha)).statusCode).toBe(201);
  const late = await upload(alpha, Buffer.from('a'));
  expect([late.statusCode, late.headers['retry-after']]).toEqual([429, '3600']);
  const ticket = await asker(server, alpha)('POST', '/tmf-api/troubleTicket/v5/troubleTicket', {
    description: 'x',
    severity: 'minor',
    ticketType: 'fault',
    attachment: [{ name: 'a.txt', content: Buffer.from('a').toString('base64') }],
  });
  expect(ticket.statusCode).toBe(429);
  expect((await upload(beta, Buffer.from('a'))).statusCode).toBe(201);
  expect((await upload(await server.tokenOf('noc'), Buffer.from('a'))).statusCode).toBe(201);
  server.clock.now += 3_600_000;
  expect((await upload(alpha, Buffer.from('a'))).statusCode).toBe(201);
});

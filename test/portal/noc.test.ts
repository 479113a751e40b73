import { beforeEach, describe, expect, test } from 'vitest';
import { ratio } from '../../src/core/number.js';
import { emptyMesh, type MeshStanding, type PathStanding } from '../../src/core/standing.js';
import { portalWords } from '../../src/i18n/portal.js';
import { dayMs, hourMs, november, october } from '../support/ledger.js';
import { type Tenants, twoTenants } from '../support/tenants.js';
import { entrance, type Entrance } from '../http/support/entry.js';
import { signedIn, textOf } from '../http/support/portal.js';

const slot = october + 20 * dayMs;
const window = {
  from: slot,
  to: slot + 1,
  latencyUs: ratio(46_000n),
  loss: ratio(1n, 300n),
  held: 47,
  due: 48,
  excess: ratio(313n, 10n),
  latencyBand: { id: 'severe', level: 3 },
  lossBand: { id: 'normal', level: 0 },
};
const unmeasured = {
  ...window,
  latencyUs: null,
  loss: null,
  held: 0,
  excess: null,
  latencyBand: null,
  lossBand: null,
};
const standing: PathStanding = {
  plan: 'ctg-cloud-connection',
  commitmentUs: ratio(35_000n),
  round: unmeasured,
  day: window,
  month: window,
};
const mesh: MeshStanding = {
  ...emptyMesh,
  version: 1,
  judgedAt: slot,
  paths: new Map([
    ['HKG>FRA', null],
    ['HKG>SIN', standing],
  ]),
  terms: [
    {
      plan: 'ctg-cloud-connection',
      latency: {
        leavesOut: [],
        excessDecimals: 1,
        bands: ['normal', 'decline', 'degraded', 'severe'].map((id) => ({
          id,
          name: { en: id, 'zh-CN': id },
          upToPercent: null,
        })),
      },
      loss: {
        leavesOut: [],
        commitment: ratio(1n, 100n),
        bands: [{ id: 'normal', name: { en: 'normal', 'zh-CN': '正常' }, upToPercent: null }],
      },
    },
  ],
};

let server: Entrance;
let tenants: Tenants;
beforeEach(async () => {
  tenants = await twoTenants();
  server = entrance(tenants, { mesh: { mesh: () => mesh, now: tenants.now } });
});
const evil = '<script>alert(1)</script>';
const propose = async (reason = 'a card') => {
  const token = await server.tokenOf('noc');
  const answer = await server.as(token, {
    method: 'POST',
    url: '/api/v1/exclusions',
    payload: {
      kind: 'planned-maintenance',
      scope: ['pop:SIN'],
      reason,
      from: '2026-10-10T00:00:00+08:00',
      to: '2026-10-10T02:00:00+08:00',
      notices: ['2026-10-01T00:00:00+08:00'],
    },
  });
  return answer.json<{ id: string }>().id;
};

describe('the heat map', () => {
  test('has a cell for each path, that says in words what it is and leads to the path', async () => {
    const page = await (await signedIn(server, 'noc')).get('/mesh');
    expect(page.statusCode).toBe(200);
    expect(page.body).toContain(
      '<td class="h-3"><a href="/paths/HKG/SIN" aria-label="HKG → SIN: severely degraded, loss normal, 46.000 ms" title="HKG → SIN: severely degraded, loss normal, 46.000 ms">3</a></td>',
    );
    expect(page.body).toContain('<td class="h-unjudged"><a href="/paths/HKG/FRA"');
    expect(page.body.match(/<td><\/td>/g) ?? []).toHaveLength(0);
    expect(textOf(page)).toContain('47 of 48');
  });

  test('tells what was not measured from what is normal, in each window and language', async () => {
    const noc = await signedIn(server, 'noc');
    const round = await noc.get('/mesh?window=round');
    expect(round.body).toContain('<td class="h-unmeasured"><a href="/paths/HKG/SIN"');
    expect(textOf(round)).toContain('No path is worse than normal');
    const chinese = await noc.get('/mesh?window=nonsense', { 'accept-language': 'zh-CN' });
    expect(textOf(chinese)).toContain('性能严重劣化');
  });

  test('shows tenants no more than their own paths', async () => {
    const page = await (await signedIn(server, 'reseller')).get('/mesh');
    expect(page.body).not.toContain('SIN');
  });
});

describe('outages', () => {
  test('are listed, corrected, voided and entered by forms; what is wrong stands beside what was said', async () => {
    server.clock.now = october + 12 * dayMs;
    const noc = await signedIn(server, 'noc');
    expect(textOf(await noc.get('/outages'))).toContain('No ongoing outages');
    const [measured] = await tenants.store.watch.outages();
    const at = measured?.openedAt ?? 0;
    const hop = (ttl: number, from: string) => ({
      ttl,
      tries: [{ from, rttUs: 900, type: 11, code: 0 }, null],
    });
    const [first, second] = [hop(1, '198.51.100.1'), hop(2, '203.0.113.9')];
    const trace = (when: number, reason: 'outage' | 'quiet', hops: (typeof first)[]) => ({
      observer: measured?.observer ?? '',
      port: measured?.port ?? '',
      at: when,
      reason,
      address: '192.0.2.66',
      runs: [{ method: 'icmp' as const, hops, reached: reason === 'quiet', failure: null }],
    });
    const none = { outages: [], states: [], spans: [], blind: [] };
    const traces = [trace(at, 'outage', [first]), trace(at - hourMs, 'quiet', [first, second])];
    await tenants.store.watch.put({ ...none, traces });
    const list = await noc.get('/outages?show=month');
    // The path as it was when it broke, beside the one before.
    expect(textOf(list)).toMatch(
      /Route during the outage, and before .*Before, .*During, .* 1 198\.51\.100\.1 198\.51\.100\.1 2 203\.0\.113\.9 .*reached ended at hop 1/,
    );
    // Who saw it, and what that says of where the fault lies.
    expect(textOf(list)).toMatch(/by HKG .* not confirmed by another observer down for HKG/);
    const link = /\/outages\/change\?of=[^"]+/.exec(list.body)?.[0] ?? '';
    const form = await noc.get(link);
    expect(form.body).toMatch(/name="from" value="2026-10-10T00:00"/);
    const of = decodeURIComponent(link.split('of=')[1] ?? '');
    const wrong = await noc.post('/outages/correct', { of, from: 'soon', to: '', reason: evil });
    expect([wrong.statusCode, wrong.body.includes('&lt;script&gt;'), wrong.body.includes(evil)]).toEqual([
      ...[400, true, false],
    ]);
    const times = { from: '2026-10-10T00:00', to: '2026-10-10T00:30' };
    const done = await noc.post('/outages/correct', { of, ...times, reason: evil });
    expect([done.statusCode, done.headers.location]).toEqual([303, '/outages?show=month&done=correct']);
    const after = await noc.get('/outages?show=month');
    expect([textOf(after).includes('30 min'), after.body.includes(evil)]).toEqual([true, false]);
    const added = await noc.post('/outages/add', {
      port: 'FRA',
      from: '2026-10-11T00:00',
      to: '2026-10-11T01:00',
      reason: 'seen',
    });
    expect(added.statusCode).toBe(303);
    expect((await noc.post('/outages/void', { of, reason: 'none' })).statusCode).toBe(303);
    expect((await noc.get('/outages/change?of=none')).statusCode).toBe(404);
  });

  test('are changed by nobody else, and by no form without the _csrf of the session', async () => {
    const finance = await signedIn(server, 'finance');
    expect((await finance.get('/outages/change')).headers.location).toBe('/outages');
    expect((await finance.post('/outages/add', { port: 'FRA' })).statusCode).toBe(403);
    expect((await finance.get('/outages')).statusCode).toBe(200);
    const noc = await signedIn(server, 'noc');
    expect((await noc.post('/outages/add', { _csrf: 'x', port: 'FRA' })).statusCode).toBe(403);
  });
});

describe('the network as it is', () => {
  /** An outage of FRA that goes on, seen by two of three observers; the third saw one that it took back. */
  const darkFra = async (at: number) => {
    const edge = (when: number) => ({ at: when, earliest: when, latest: when });
    const row = (observer: string, from: number, more: object = {}) => ({
      observer,
      port: 'FRA',
      start: edge(from),
      end: null,
      openedAt: from,
      closedAt: null,
      inferred: [],
      voided: null,
      ...more,
    });
    await tenants.store.watch.put({
      outages: [
        row('HKG', at),
        row('LAX', at + 1000),
        row('TYO', at + 2000, { voided: { at: at + 5000, reason: 'isolated' } }),
      ],
      states: [],
      spans: [],
      blind: [],
    });
  };
  const now = slot + 2 * hourMs;

  test('says what is down, what turned worse and what waits, before the heat map', async () => {
    server.clock.now = now;
    await darkFra(now - 90_000);
    await propose();
    const noc = await signedIn(server, 'noc');
    const page = await noc.get('/mesh');
    expect(textOf(page)).toMatch(
      /Down now 1 FRA since 21 Oct 01:58:30 · 1 min 30 s .*seen by 2 observers.*Turned worse in the last 6 h No path turned worse.*Needs attention .*1 exclusion is waiting for approval.*from ↓ to →/,
    );
    const dark = await noc.get('/mesh', { 'accept-language': 'zh-CN' });
    expect(textOf(dark)).toContain('当前中断 1 FRA 自');
    // Who has a part of the network sees that part's bands only.
    const customer = await (await signedIn(server, 'customer')).get('/mesh');
    expect([customer.statusCode, textOf(customer).includes('Down now')]).toEqual([200, false]);
    // And may not follow the stream of all of it.
    for (const [who, follows] of [
      [noc, true],
      [await signedIn(server, 'customer', { name: 'own' }), false],
    ] as const)
      for (const url of ['/mesh', '/outages'])
        expect((await who.get(url)).body.includes('data-live')).toBe(follows);
  });

  test('an outage is one line, its observers folded in; one that was taken back is marked', async () => {
    server.clock.now = now;
    await darkFra(now - 90_000);
    const noc = await signedIn(server, 'noc');
    const { body } = await noc.get('/outages');
    expect(body.match(/<details id="FRA@HKG\/\d+" class="outage o-ongoing">/g)).toHaveLength(1);
    expect(body.match(/<th scope="row">by (HKG|LAX|TYO)<\/th>/g)).toHaveLength(3);
    expect(body).toMatch(/by TYO[\s\S]*?<span class="pill">void<\/span>/);
    const other = await noc.get('/outages?port=SIN');
    expect(other.body).not.toContain('class="outage');
    const token = await server.tokenOf('noc');
    const grouped = await server.as(token, '/api/v1/outage-groups?open=true');
    expect(grouped.json()).toMatchObject({
      total: 1,
      groups: [{ port: 'FRA', state: 'ongoing', observers: ['HKG', 'LAX'], outages: [{}, {}, {}] }],
    });
    // A customer sees its own ports, and nobody's names.
    const own = await server.as(await server.tokenOf('customer'), '/api/v1/outage-groups');
    expect(own.json<{ groups: { port: string }[] }>().groups.every(({ port }) => port === 'SIN')).toBe(true);
  });

  test('is on a map by shape and words, and a day by its kinds', async () => {
    server.clock.now = now;
    await darkFra(now - 90_000);
    const noc = await signedIn(server, 'noc');
    const map = await noc.get('/mesh/map');
    expect(map.body).toMatch(/FRA: down/);
    const day = await noc.get('/mesh/day?day=2026-10-21');
    expect(day.body).toMatch(/aria-label="FRA: outage, since 2026-10-21 01:58:30"/);
    expect(day.body).toMatch(/href="\/outages\?show=month&amp;port=FRA#FRA@HKG\/\d+"/);
    // A day that is over, with the outage of the history.
    expect((await noc.get('/mesh/day?day=2026-10-10')).body).toMatch(/aria-label="SIN: outage, /);
    // What is no day, or one to come, is today.
    for (const wrong of ['soon', '2036-01-01'])
      expect((await noc.get(`/mesh/day?day=${wrong}`)).body).toContain('value="2026-10-21"');
    expect((await (await signedIn(server, 'customer')).get('/mesh/map')).statusCode).toBe(403);
    // The list of a month has an outage that is older too, where a day leads to it.
    server.clock.now = now + 60 * 86_400_000;
    const later = await signedIn(server, 'noc', { name: 'later' });
    const old = (await later.get('/mesh/day?day=2026-10-10')).body;
    const [, to = '', id = ''] =
      /href="(\/outages\?show=month&amp;port=SIN&amp;from=2026-10-10)#([^"]+)"/.exec(old) ?? [];
    expect((await later.get(to.replaceAll('&amp;', '&'))).body).toContain(`id="${id}"`);
    expect((await later.get('/outages?show=month&port=SIN')).body).not.toContain(`id="${id}"`);
    expect((await later.get('/outages?show=month&port=SIN&from=soon')).statusCode).toBe(200);
    server.clock.now = now;
  });

  test('reads the rounds of a day once a minute, however many look at it', async () => {
    let read = 0;
    const { store } = tenants;
    const list: typeof store.rounds.list = (query) => {
      read += 1;
      return store.rounds.list(query);
    };
    const rounds = { ...store.rounds, list };
    server = entrance({ ...tenants, store: { ...store, rounds } });
    server.clock.now = now;
    const token = await server.tokenOf('noc');
    const day = `/api/v1/network/day?from=${new Date(now - dayMs).toISOString()}&to=${new Date(now + dayMs).toISOString()}`;
    const first = await server.as(token, day);
    expect(first.statusCode).toBe(200);
    const once = read;
    server.clock.now += 20_000;
    const { until } = (await server.as(token, day)).json<{ until: string }>();
    expect(Date.parse(until)).toBe(now + 20_000);
    expect(read).toBe(once);
    server.clock.now += 60_000;
    await server.as(token, day);
    expect(read).toBeGreaterThan(once);
  });

  test('says nothing is well that nobody observes', async () => {
    // The watch has ended with the month.
    server.clock.now = november + dayMs;
    const wall = await (await signedIn(server, 'noc')).get('/wall');
    expect(textOf(wall)).toMatch(/\? \d ports? not observed · 1 path not measured/);
    expect(textOf(wall)).not.toMatch(/All ports up|No path is worse/);
  });

  test('fills a wall without any navigation, in the dark', async () => {
    server.clock.now = now;
    await darkFra(now - 90_000);
    const { body, headers } = await (await signedIn(server, 'noc')).get('/wall');
    expect(body).toContain('data-theme="dark"');
    expect(body).toContain('✕ 1 port down');
    expect(body).not.toContain('<nav');
    expect(headers['content-type']).toContain('text/html');
  });
});

test('what refreshes itself says so: it is no sign of somebody before it', async () => {
  const noc = await signedIn(server, 'noc');
  for (const url of ['/mesh', '/mesh/map', '/mesh/day', '/outages', '/faults', '/services']) {
    const { body } = await noc.get(url);
    expect(body.match(/hx-trigger="every[^"]*"/g), url).toHaveLength(1);
    expect(body, url).toMatch(/hx-trigger="every 60s" hx-headers='\{"x-pop-sla-refresh":"yes"\}'/);
  }
});

describe('exclusions', () => {
  test('are proposed by one, and approved by another who sees what that changes', async () => {
    server.clock.now = october + 12 * dayMs;
    const noc = await signedIn(server, 'noc');
    const wrong = await noc.post('/exclusions', { kind: 'planned-maintenance', reason: evil });
    expect([wrong.statusCode, wrong.body.includes(evil)]).toEqual([400, false]);
    const proposed = await noc.post('/exclusions', {
      kind: 'planned-maintenance',
      scope: 'pop:SIN',
      reason: 'a card',
      notice: '2026-10-01T00:00',
      from: '2026-10-10T00:00',
      to: '2026-10-10T02:00',
    });
    expect([proposed.statusCode, proposed.headers.location]).toEqual([303, '/exclusions/X1?done=proposed']);
    expect(textOf(await noc.get('/exclusions'))).toContain('1 pending');
    expect((await noc.post('/exclusions/X1/approve', {})).statusCode).toBe(403);
    const approver = await signedIn(server, 'approver');
    // Who looks on has it loaded; who decides has it at once, with what it costs.
    expect((await noc.get('/exclusions/X1')).body).toContain('hx-get="/exclusions/X1?impact=yes"');
    const impact = textOf(await approver.get('/exclusions/X1'));
    expect(impact).toContain('Affected: alpha (alpha-service).');
    expect(impact).toContain('No sealed statement changes.');
    expect(impact).toContain('No proof is attached.');
    expect(impact).toContain('alpha-service');
    expect(impact).toMatch(/44 min → 0/);
    const refused = await approver.post('/exclusions/X1/reject', {});
    expect(refused.statusCode).toBe(400);
    const done = await approver.post('/exclusions/X1/approve', {});
    expect([done.statusCode, done.headers.location]).toEqual([303, '/exclusions/X1?done=approve']);
    expect(textOf(await approver.get('/exclusions/X1?done=approve'))).toContain('Approved and in effect');
    expect((await approver.post('/exclusions/X1/revoke', { reason: 'no' })).statusCode).toBe(303);
    expect((await approver.get('/exclusions/X9')).statusCode).toBe(404);
  });

  test('are not approved by whoever proposed them, whatever the form says', async () => {
    const admin = await signedIn(server, 'admin');
    await admin.post('/exclusions', {
      kind: 'planned-maintenance',
      scope: 'pop:SIN',
      reason: 'a card',
      notice: '2026-10-01T00:00',
      from: '2026-10-10T00:00',
      to: '2026-10-10T02:00',
    });
    expect(textOf(await admin.get('/exclusions/X1'))).toContain('You proposed it');
    const own = await admin.post('/exclusions/X1/approve', {});
    expect([own.statusCode, textOf(own)]).toEqual([400, expect.stringContaining('proposed')]);
    expect(textOf(await admin.get('/exclusions/X1'))).toContain('proposed');
  });

  test('are approved by somebody else: whoever proposed one may only say no', async () => {
    const admin = await signedIn(server, 'admin');
    const made = await admin.post('/exclusions', {
      kind: 'third-party',
      scope: 'pop:SIN',
      reason: 'a digger',
      from: '2026-10-10T00:00',
      to: '2026-10-10T01:00',
    });
    const own = await admin.get(made.headers.location ?? '');
    expect(textOf(own)).toContain('You proposed it: someone else has to approve it.');
    expect([own.body.includes('/approve"'), own.body.includes('/reject"')]).toEqual([false, true]);
    const other = await signedIn(server, 'admin', { name: 'ada' });
    expect((await other.get(made.headers.location ?? '')).body).toContain('/approve"');
  });

  test('show customers neither who did what nor what it changes for others', async () => {
    const id = await propose();
    const approver = await signedIn(server, 'approver');
    await approver.post(`/exclusions/${id}/approve`, {});
    const customer = await signedIn(server, 'customer');
    const page = await customer.get(`/exclusions/${id}?impact=yes`);
    expect(page.statusCode).toBe(200);
    expect([page.body.includes('id="impact"'), textOf(page).includes('approver')]).toEqual([false, false]);
    expect((await (await signedIn(server, 'reseller')).get(`/exclusions/${id}`)).statusCode).toBe(404);
  });
});

describe('a report', () => {
  test('becomes an outage and an exclusion by forms, and part of an incident', async () => {
    server.clock.now = october + 12 * dayMs;
    const customer = await server.tokenOf('customer');
    const file = (more: object) =>
      server.as(customer, {
        method: 'POST',
        url: '/api/v1/fault-reports',
        payload: { text: 'slow', since: new Date(server.clock.now - hourMs).toISOString(), ...more },
      });
    await file({ path: 'HKG>SIN' });
    // Of no path: it is no part of the other one's incident until somebody says so.
    await file({});
    const noc = await signedIn(server, 'noc');
    const token = await server.tokenOf('noc');
    await server.as(token, { method: 'POST', url: '/api/v1/fault-reports/F1/take', payload: {} });
    const page = await noc.get('/faults/F1/ledger');
    expect(page.body).toContain('name="from" value="2026-10-12T23:00:00"');
    const times = { from: '2026-10-12T23:00', to: '2026-10-12T23:30' };
    const outage = await noc.post('/faults/F1/to-outage', { ...times, port: 'SIN', reason: 'as told' });
    expect([outage.statusCode, outage.headers.location]).toEqual([303, '/faults/F1?done=to-outage']);
    // What was entered is offered to be corrected.
    const [, of = ''] = /<option value="(C\d+)"/.exec((await noc.get('/faults/F1/ledger')).body) ?? [];
    const later = { from: '2026-10-12T23:05', to: '2026-10-12T23:30' };
    expect((await noc.post('/faults/F1/to-outage', { ...later, of })).statusCode).toBe(303);
    expect(textOf(await noc.get('/faults/F1/ledger'))).toMatch(/12 October 2026 23:05 – 23:30/);
    const wrong = await noc.post('/faults/F1/to-exclusion', { ...times, kind: 'none', reason: evil });
    expect([wrong.statusCode, wrong.body.includes(evil)]).toEqual([400, false]);
    const exclusion = await noc.post('/faults/F1/to-exclusion', { ...times, kind: 'third-party' });
    expect(exclusion.statusCode).toBe(303);
    expect(textOf(await noc.get('/faults/F1/ledger'))).toContain('Already recorded as:');
    expect((await noc.post('/faults/F2/link', { incident: 'F1' })).statusCode).toBe(303);
    expect((await noc.post('/faults/F2/link', { incident: 'F99' })).statusCode).toBe(400);
    expect((await noc.get('/faults/F99/ledger')).statusCode).toBe(404);
    const own = await signedIn(server, 'customer');
    expect((await own.get('/faults/F1/ledger')).headers.location).toBe('/faults/F1');
    expect((await own.post('/faults/F1/to-outage', times)).statusCode).toBe(403);
  });
});

test('every page reads in the three languages, and says nothing in another', async () => {
  const id = await propose();
  const admin = await signedIn(server, 'admin');
  for (const url of [
    '/mesh',
    '/mesh/map',
    '/mesh/day',
    '/mesh/day?day=2026-10-10',
    '/outages?show=month',
    '/outages/change',
    '/exclusions',
    `/exclusions/${id}?impact=yes`,
    '/exclusions/new',
  ])
    for (const language of ['en', 'zh-CN', 'zh-TW'] as const) {
      const page = await admin.get(url, { 'accept-language': language });
      expect([url, page.statusCode, page.headers['content-language']]).toEqual([url, 200, language]);
      expect(textOf(page)).not.toMatch(/undefined|\[object|NaN/);
      expect(page.body).toContain(portalWords[language].noc.mesh.title);
    }
});

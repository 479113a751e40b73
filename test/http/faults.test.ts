import { describe, expect, test } from 'vitest';
import { addedKinds } from '../../src/core/target-kinds.js';
import type { Suggestion } from '../../src/core/ticket/suggestion.js';
import { sha256 } from '../../src/seal/canonical.js';
import { newestSlot } from '../support/fault-desk.js';
import { faultServer, type Person } from './support/faults.js';

const fromBand = { path: 'HKG>SIN', window: 'round' };
const iso = (at: number): string => new Date(at).toISOString();

describe('fault reports over HTTP', () => {
  test('are filed from a band in one step, worked on and closed', async () => {
    const { ask, rig } = await faultServer();
    const filed = await ask('bank', 'POST', 'fault-reports', fromBand);
    expect([filed.statusCode, filed.headers['location']]).toEqual([201, '/api/v1/fault-reports/F1']);
    expect(filed.json()).toMatchObject({
      id: 'F1',
      customer: 'bank',
      state: 'filed',
      subject: 'HKG>SIN: severe',
      channel: 'customer',
      targets: { firstResponse: { leftMs: 1_800_000, running: true, met: null } },
      allowed: ['withdraw', 'comment', 'change'],
    });
    rig.now += 600_000;
    const taken = await ask('ann', 'POST', 'fault-reports/F1/take');
    expect(taken.json()).toMatchObject({
      state: 'acknowledged',
      owner: 'ann',
      targets: { firstResponse: { met: true, elapsedMs: 600_000 } },
    });
    await ask('ann', 'POST', 'fault-reports/F1/start', {});
    const early = await ask('bank', 'POST', 'fault-reports/F1/close', {});
    expect([early.statusCode, early.json<{ detail: string }>().detail]).toEqual([
      409,
      "id: is investigating: F1 can't close now; allowed: comment, change",
    ]);
    expect((await ask('ann', 'POST', 'fault-reports/F1/resolve', { text: 'done' })).json()).toMatchObject({
      state: 'resolved',
    });
    expect((await ask('bank', 'POST', 'fault-reports/F1/close')).json()).toMatchObject({ state: 'closed' });
    expect((await ask('bank', 'POST', 'fault-reports/F1/reopen', { text: 'no' })).json()).toMatchObject({
      state: 'reopened',
    });
    const evidence = await ask('bank', 'GET', 'fault-reports/F1/evidence');
    expect(sha256(evidence.body)).toBe(filed.json<{ evidence: { sha256: string } }>().evidence.sha256);
    expect(evidence.json()).toMatchObject({ version: 1, bands: [{ latency: { band: 'severe' } }, {}, {}] });
  });

  test('are withdrawn by the customer that they are about, and by its reseller only where that one filed them', async () => {
    const { ask } = await faultServer();
    await ask('shop', 'POST', 'fault-reports', fromBand);
    await ask('broker', 'POST', 'fault-reports', { ...fromBand, customer: 'shop' });
    await ask('broker', 'POST', 'fault-reports', { ...fromBand, customer: 'shop' });
    const withdraw = async (person: 'broker' | 'shop' | 'ann', id: string) =>
      (await ask(person, 'POST', `fault-reports/${id}/withdraw`, {})).statusCode;
    expect((await ask('broker', 'GET', 'fault-reports/F1')).json<{ allowed: string[] }>().allowed).toEqual([
      'comment',
      'change',
    ]);
    expect(await withdraw('broker', 'F1')).toBe(409);
    const tmf = await ask('broker', 'PATCH', '/tmf-api/troubleTicket/v5/troubleTicket/F1', {
      status: 'cancelled',
    });
    expect(tmf.statusCode).toBe(409);
    expect((await ask('shop', 'GET', 'fault-reports/F1')).json()).toMatchObject({ state: 'filed' });
    expect(await withdraw('shop', 'F1')).toBe(200);
    expect(await withdraw('broker', 'F2')).toBe(200);
    expect(await withdraw('shop', 'F3')).toBe(200);
  });

  test('are seen by those who may: the customer, its reseller, the NOC; others find nothing there', async () => {
    const { ask } = await faultServer();
    await ask('bank', 'POST', 'fault-reports', fromBand);
    await ask('shop', 'POST', 'fault-reports', fromBand);
    await ask('ann', 'POST', 'fault-reports/F1/take');
    await ask('ann', 'POST', 'fault-reports/F1/comments', { text: 'of the house', internal: true });
    const ids = async (person: Person) =>
      (await ask(person, 'GET', 'fault-reports'))
        .json<{ reports: { id: string }[] }>()
        .reports.map(({ id }) => id);
    expect([await ids('bank'), await ids('shop'), await ids('broker'), await ids('ann')]).toEqual([
      ...[['F1'], ['F2'], ['F2'], ['F2', 'F1']],
    ]);
    for (const url of [
      'fault-reports/F1',
      'fault-reports/F1/evidence',
      `fault-reports/F1/attachments/${'a'.repeat(64)}`,
    ])
      expect((await ask('shop', 'GET', url)).statusCode).toBe(404);
    for (const deed of ['comments', 'close', 'reopen'])
      expect((await ask('shop', 'POST', `fault-reports/F1/${deed}`, { text: 'x' })).statusCode).toBe(404);
    for (const deed of ['take', 'resolve', 'to-outage', 'link'])
      expect((await ask('bank', 'POST', `fault-reports/F1/${deed}`, {})).statusCode).toBe(403);
    expect((await ask('fin', 'GET', 'fault-reports/F1')).statusCode).toBe(200);
    expect((await ask('fin', 'POST', 'fault-reports', fromBand)).statusCode).toBe(403);
    expect((await ask('bank', 'POST', 'fault-reports', { ...fromBand, customer: 'shop' })).statusCode).toBe(
      403,
    );
    expect((await ask('broker', 'POST', 'fault-reports', { ...fromBand, customer: 'shop' })).statusCode).toBe(
      201,
    );
    const own = (await ask('bank', 'GET', 'fault-reports/F1')).json<{ comments: object[] }>();
    expect(own.comments).toEqual([]);
    expect(
      (await ask('ann', 'GET', 'fault-reports/F1')).json<{ comments: object[] }>().comments,
    ).toHaveLength(1);
    expect(
      (await ask('bank', 'POST', 'fault-reports/F1/comments', { text: 'x', internal: true })).statusCode,
    ).toBe(400);
  });

  test('come a page at a time, by what is asked for', async () => {
    const { ask } = await faultServer();
    for (let n = 0; n < 5; n += 1) await ask('bank', 'POST', 'fault-reports', fromBand);
    await ask('ann', 'POST', 'fault-reports/F2/take');
    interface Page {
      readonly reports: { readonly id: string }[];
      readonly nextCursor: string | null;
    }
    const page = async (query: string): Promise<Page> =>
      (await ask('bank', 'GET', `fault-reports?${query}`)).json<Page>();
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const { reports, nextCursor }: Page = await page(`limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`);
      seen.push(...reports.map(({ id }) => id));
      cursor = nextCursor;
    }
    expect(seen).toEqual(['F5', 'F4', 'F3', 'F2', 'F1']);
    expect((await page('state=acknowledged,closed')).reports.map(({ id }) => id)).toEqual(['F2']);
    expect((await page('customer=shop')).reports).toEqual([]);
    for (const bad of ['state=open', 'cursor=5', 'limit=0', 'path=HKG', 'unknown=1'])
      expect((await ask('bank', 'GET', `fault-reports?${bad}`)).statusCode).toBe(400);
  });

  test('by phone are filed by the NOC on behalf of a customer, and are theirs who took the call', async () => {
    const { ask } = await faultServer();
    const filed = await ask('ann', 'POST', 'fault-reports', {
      ...fromBand,
      customer: 'bank',
      reporter: 'P1',
    });
    expect(filed.json()).toMatchObject({
      channel: 'phone',
      owner: 'ann',
      state: 'acknowledged',
      reporter: 'P1',
    });
  });

  test('become outages and exclusions, which keep the link', async () => {
    const { ask, ledger } = await faultServer();
    await ask('bank', 'POST', 'fault-reports', fromBand);
    await ask('ann', 'POST', 'fault-reports/F1/take');
    const times = { from: iso(newestSlot - 7_200_000), to: iso(newestSlot - 3_600_000) };
    const outage = await ask('ann', 'POST', 'fault-reports/F1/to-outage', times);
    expect(outage.json()).toMatchObject({ entries: [{ what: 'outage', id: 'C1' }] });
    const exclusion = await ask('ann', 'POST', 'fault-reports/F1/to-exclusion', {
      ...times,
      kind: 'third-party',
    });
    expect(exclusion.json()).toMatchObject({ entries: [{}, { what: 'exclusion', id: 'X2' }] });
    expect(await ledger.exclusion('X2')).toMatchObject({ source: 'fault-report:F1' });
    const wrong = await ask('ann', 'POST', 'fault-reports/F1/to-outage', { ...times, to: 'soon' });
    expect([wrong.statusCode, wrong.json<{ detail: string }>().detail]).toMatchObject([
      400,
      expect.stringContaining('to:'),
    ]);
  });

  test('take files that are what their names say, and give them as downloads only', async () => {
    const { ask } = await faultServer();
    await ask('bank', 'POST', 'fault-reports', fromBand);
    const upload = (name: string, bytes: Buffer) =>
      ask('bank', 'POST', `fault-reports/attachments?name=${encodeURIComponent(name)}`, bytes, {
        'content-type': 'application/octet-stream',
      });
    const name = '时延 <b>"x".txt';
    const file = (await upload(name, Buffer.from('<script>alert(1)</script>'))).json<{ sha256: string }>();
    const said = await ask('bank', 'POST', 'fault-reports/F1/comments', { text: '<b>', attachments: [file] });
    expect(said.json()).toMatchObject({ comments: [{ text: '<b>', attachments: [{ name }] }] });
    const got = await ask('bank', 'GET', `fault-reports/F1/attachments/${file.sha256}`);
    expect(got.headers).toMatchObject({ 'content-type': 'application/octet-stream' });
    expect(got.headers['content-disposition']).toBe(
      `attachment; filename*=UTF-8''${encodeURIComponent(name)}`,
    );
    expect((await upload('a.png', Buffer.from('<svg/>'))).statusCode).toBe(400);
    expect((await upload('a.html', Buffer.from('<p>'))).statusCode).toBe(400);
  });

  test('answer bad input with one clear problem', async () => {
    const { ask, store } = await faultServer();
    const bad = async (body: object | string): Promise<unknown[]> => {
      const answer = await ask('bank', 'POST', 'fault-reports', body, { 'content-type': 'application/json' });
      return [answer.statusCode, answer.headers['content-type']];
    };
    const refused = [400, 'application/problem+json; charset=utf-8'];
    for (const body of [
      '{',
      [],
      { ...fromBand, extra: 1 },
      { ...fromBand, path: 'HKG>XXX' },
      { ...fromBand, path: '../../etc' },
      { ...fromBand, window: 'year' },
      { ...fromBand, text: 'x'.repeat(10_001) },
      { ...fromBand, subject: 'a\u0000' },
      { ...fromBand, since: 'yesterday' },
      { ...fromBand, attachments: [{ sha256: 'f'.repeat(64), name: 'a.txt', bytes: 1 }] },
      { text: '' },
    ])
      expect([body, ...(await bad(body))]).toEqual([body, ...refused]);
    expect(await store.faults.latest()).toBe(0);
    expect((await ask('ann', 'GET', 'fault-reports/%00')).statusCode).toBe(400);
    for (const id of ['F9', 'F0', '1', 'F1%20OR%201=1'])
      expect((await ask('ann', 'GET', `fault-reports/${id}`)).statusCode).toBe(404);
  });

  test('suggest themselves to those whose services use the path; the bands are there to file from', async () => {
    const { ask, store } = await faultServer();
    const suggested: Suggestion = {
      path: 'HKG>SIN',
      firstSlot: newestSlot,
      lastSlot: newestSlot,
      raisedAt: newestSlot,
      endedSlot: null,
      metrics: ['loss'],
    };
    await store.suggestions.put(suggested);
    expect((await ask('bank', 'GET', 'fault-suggestions')).json()).toMatchObject({
      suggestions: [{ path: 'HKG>SIN' }],
    });
    const other = { ...suggested, path: 'HKG>FRA', firstSlot: newestSlot + 1_800_000 } as const;
    await store.suggestions.put(other);
    const pageOf = async (person: Person, query: string) => {
      type Page = { suggestions: { path: string }[]; nextCursor: string | null };
      const { suggestions, nextCursor } = (
        await ask(person, 'GET', `fault-suggestions?limit=1${query}`)
      ).json<Page>();
      return { paths: suggestions.map(({ path }) => path), nextCursor };
    };
    const first = await pageOf('ann', '');
    expect(first.paths).toEqual(['HKG>FRA']);
    const second = await pageOf('ann', `&cursor=${first.nextCursor ?? ''}`);
    expect(second).toEqual({ paths: ['HKG>SIN'], nextCursor: null });
    // A page is whole though newer ones of others stand before it.
    expect(await pageOf('bank', '')).toEqual({ paths: ['HKG>SIN'], nextCursor: null });
    expect((await ask('ann', 'GET', 'fault-suggestions?cursor=none')).statusCode).toBe(400);
    const bands = (await ask('bank', 'GET', 'bands?path=HKG>SIN')).json<{ bands: { window: string }[] }>()
      .bands;
    expect(bands.map(({ window }) => window)).toEqual(['round', 'last-24h', 'month-to-date']);
    expect((await ask('bank', 'GET', 'bands?service=single')).json()).toMatchObject({
      bands: [{ latency: { band: 'severe' } }, {}, {}],
    });
    expect((await ask('bank', 'GET', 'bands?service=retail')).statusCode).toBe(404);
    expect((await ask('bank', 'GET', 'bands?path=HKG>FRA')).statusCode).toBe(404);
    expect((await ask('bank', 'GET', 'bands')).statusCode).toBe(400);
    expect((await ask('ann', 'GET', 'bands?service=none')).statusCode).toBe(404);
  });
});

describe('who is told, over HTTP', () => {
  test('is for each customer to say for itself; a secret is shown once', async () => {
    const { ask } = await faultServer();
    const body = { kind: 'webhook', address: 'https://hook.bank.example/x', events: ['report-state'] };
    const added = (await ask('bank', 'POST', 'notification-targets', body)).json<{
      id: string;
      secret: string;
    }>();
    expect(added).toMatchObject({ customer: 'bank', language: 'zh-CN', signed: true });
    expect(added.secret).toHaveLength(43);
    const list = await ask('bank', 'GET', 'notification-targets');
    expect(list.body).not.toContain(added.secret);
    expect(list.json()).toMatchObject({ targets: [{ id: added.id, signed: true }] });
    expect((await ask('shop', 'GET', 'notification-targets')).json()).toEqual({
      targets: [],
      nextCursor: null,
    });
    expect((await ask('shop', 'DELETE', `notification-targets/${added.id}`)).statusCode).toBe(404);
    expect(
      (await ask('bank', 'POST', 'notification-targets', { ...body, customer: 'shop' })).statusCode,
    ).toBe(403);
    const inside = await ask('bank', 'POST', 'notification-targets', {
      ...body,
      address: 'https://169.254.169.254/',
    });
    expect([inside.statusCode, inside.json<{ detail: string }>().detail]).toMatchObject([
      400,
      expect.stringContaining('169.254.169.254'),
    ]);
    expect((await ask('bank', 'DELETE', `notification-targets/${added.id}`)).statusCode).toBe(204);
    expect((await ask('bank', 'GET', 'notification-targets')).json()).toEqual({
      targets: [],
      nextCursor: null,
    });
  });

  test('is shown of every kind that can be added', async () => {
    const { ask } = await faultServer();
    const events = ['outage.opened'];
    for (const kind of addedKinds) {
      const address = kind === 'mail' ? 'noc@carrier.example' : 'https://hook.example/x';
      const body = { kind, address, events, secret: '0123456789abcdef' };
      const added = await ask('ann', 'POST', 'notification-targets', body);
      expect([added.statusCode, added.json()]).toMatchObject([201, { kind, customer: null }]);
    }
    const list = (await ask('ann', 'GET', 'notification-targets')).json<{ targets: { kind: string }[] }>();
    expect(list.targets.map(({ kind }) => kind).sort()).toEqual([...addedKinds].sort());
  });

  test('what could not be sent is seen, sent again or dropped', async () => {
    const { ask, store } = await faultServer();
    await ask('bank', 'POST', 'notification-targets', {
      kind: 'mail',
      address: 'a@b.example',
      events: ['*'],
    });
    await ask('bank', 'POST', 'fault-reports', fromBand);
    await store.outbox.tried(1, { state: 'dead', error: 'no', at: newestSlot, dueAt: newestSlot });
    expect((await ask('bank', 'GET', 'outbox')).statusCode).toBe(403);
    expect((await ask('ann', 'GET', 'outbox?state=dead')).json()).toMatchObject({
      messages: [{ id: 1, state: 'dead', lastError: 'no', about: 'F1', event: 'report-filed' }],
      depth: { waiting: 0, dead: 1, oldestWaitingSeconds: null },
    });
    expect((await ask('ann', 'POST', 'outbox/1/retry')).json()).toMatchObject({ state: 'waiting' });
    expect((await ask('ann', 'POST', 'outbox/1/drop')).json()).toMatchObject({ state: 'dropped' });
    expect((await ask('ann', 'POST', 'outbox/1/drop')).statusCode).toBe(409);
    expect((await ask('ann', 'POST', 'outbox/9/drop')).statusCode).toBe(404);
    expect((await ask('ann', 'POST', 'outbox/x/drop')).statusCode).toBe(400);
  });
});

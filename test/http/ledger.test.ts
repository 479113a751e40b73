import { describe, expect, test } from 'vitest';
import type { Config } from '../../src/config/config.js';
import { sha256 } from '../../src/seal/canonical.js';
import { dayMs, ledgerConfig, minuteMs, november, october, watchedOctober } from '../support/ledger.js';
import { testConfig } from '../support/config.js';
import { testServer } from './support/server.js';

const start = october + 9 * dayMs;
const iso = (at: number): string => new Date(at).toISOString();
const emergency = {
  kind: 'emergency-maintenance',
  scope: ['pop:SIN'],
  reason: 'a card was pulled',
  from: iso(start),
  to: iso(start + 20 * minuteMs),
};

async function setUp(over: Partial<Config> = {}) {
  const { store, config: read } = await watchedOctober(ledgerConfig());
  const config = () => ({ ...read, ...over });
  const now = () => november;
  const { http: server } = testServer({ store, config: config(), now });
  const get = (url: string) => server.inject(`/api/v1/${url}`);
  const post = (
    url: string,
    payload: object | Buffer,
    headers: Record<string, string> = {},
    remoteAddress = '127.0.0.1',
  ) =>
    server.inject({
      method: 'POST',
      url: `/api/v1/${url}`,
      payload,
      remoteAddress,
      headers: { 'x-pop-sla-actor': 'ann', ...headers },
    });
  const events = () => store.ledger.events();
  return { get, post, events };
}

describe('what people enter over HTTP', () => {
  test('goes from a proposal over its impact to an approval and a revocation', async () => {
    const { get, post } = await setUp();
    const added = {
      port: 'SIN',
      from: iso(start + dayMs),
      to: iso(start + dayMs + 6 * minuteMs),
      reason: 'INC-7',
    };
    expect((await post('outages', added)).json()).toEqual({ id: 'C1' });
    const proposed = await post('exclusions', emergency);
    expect([proposed.statusCode, proposed.json()]).toMatchObject([
      201,
      { id: 'X2', state: 'proposed', proposed: { actor: 'ann' } },
    ]);
    expect((await get('exclusions/X2/impact')).json()).toMatchObject({
      impacts: [{ service: 'single', without: { credit: '500.00' }, with: { credit: '0.00' } }],
    });
    const own = await post('exclusions/X2/approve', {});
    expect([own.statusCode, own.json<{ detail: string }>().detail]).toEqual([
      400,
      'actor: is ann, who proposed X2; allowed: a second person: whoever proposed it may not approve it',
    ]);
    const bob = { 'x-pop-sla-actor': '%E9%99%B3' };
    expect((await post('exclusions/X2/approve', {}, bob)).json()).toMatchObject({
      approved: { actor: '陳' },
    });
    const month = () =>
      get('availability?month=2026-10').then((one) =>
        one.json<{ services: { credit: { amount: string } }[] }>(),
      );
    expect((await month()).services[0]?.credit.amount).toBe('0.00');
    expect((await post('exclusions/X2/approve', {}, bob)).statusCode).toBe(409);
    expect((await post('exclusions/X2/revoke', { reason: 'another card' })).json()).toMatchObject({
      state: 'revoked',
    });
    expect((await month()).services[0]?.credit.amount).toBe('500.00');
    expect((await get('exclusions')).json()).toMatchObject({ exclusions: [{ id: 'X2', state: 'revoked' }] });
    expect((await get('audit')).json()).toMatchObject({ ok: true, events: 4 });
  });

  test('corrects and voids outages, with files that prove it', async () => {
    const { get, post } = await setUp();
    const file = Buffer.from('a ticket');
    const octets = { 'content-type': 'application/octet-stream' };
    const attached = await post('attachments?name=t.txt', file, octets);
    const ref = { sha256: sha256(file), name: 't.txt', bytes: 8 };
    expect([attached.statusCode, attached.json()]).toEqual([201, ref]);
    const of = `SIN@HKG/${start}`;
    const times = { from: iso(start), to: iso(start + minuteMs) };
    expect(
      (await post('outages/correct', { of, ...times, reason: 'INC-7', attachments: [ref] })).statusCode,
    ).toBe(201);
    expect((await post('outages/void', { of, reason: 'a false alarm' })).statusCode).toBe(201);
    expect((await get('outages?port=SIN')).json()).toMatchObject({
      outages: [
        {
          ref: of,
          counts: null,
          measured: { observer: 'HKG' },
          corrections: [{ attachments: [ref] }, { does: 'void' }],
        },
      ],
    });
    type Outages = { total: number; nextCursor: string | null; outages: { ref: string }[] };
    const list = async (query: string) => (await get(`outages?${query}`)).json<Outages>();
    const all = (await list('')).outages.map((one) => one.ref);
    expect((await list(`ref=${of}`)).outages.map((one) => one.ref)).toEqual([of]);
    expect((await list('order=newest')).outages.map((one) => one.ref)).toEqual(all.toReversed());
    // What counts for nothing does not go on.
    expect((await list(`open=true&ref=${of}`)).total).toBe(0);
    const added = {
      port: 'SIN',
      reason: 'by phone',
      from: iso(november - 5 * minuteMs),
      to: iso(november - 1),
    };
    expect((await post('outages', added)).statusCode).toBe(201);
    const first = await list('limit=1&order=newest');
    expect(first).toMatchObject({ total: all.length + 1, outages: [{ ref: 'C3' }] });
    const second = await list(`limit=1&order=newest&cursor=${first.nextCursor ?? ''}`);
    expect(second.outages.map((one) => one.ref)).toEqual(all.slice(-1));
    const back = await get(`attachments/${ref.sha256}`);
    expect([back.headers['content-disposition'], back.body]).toEqual(['attachment', 'a ticket']);
    expect((await get(`attachments/${'0'.repeat(64)}`)).statusCode).toBe(404);
    expect((await post('attachments?name=large', Buffer.alloc(10 * 2 ** 20 + 1), octets)).statusCode).toBe(
      413,
    );
  });

  test.each<[string, string, object, RegExp]>([
    [
      'an unknown key',
      'exclusions',
      { ...emergency, colour: 'red' },
      /^colour is not known; allowed: kind, scope/,
    ],
    [
      'a scope that is no list',
      'exclusions',
      { ...emergency, scope: 'all' },
      /^scope is not a list of texts/,
    ],
    [
      'an unknown scope',
      'exclusions',
      { ...emergency, scope: ['pop:XXX'] },
      /^scope: names "XXX", which is none of the pops; allowed: HKG, SIN, FRA/,
    ],
    ['a reversed interval', 'exclusions', { ...emergency, to: iso(start - 1) }, /^to: is reversed/],
    [
      'a floating time',
      'exclusions',
      { ...emergency, from: '2026-10-09T16:00' },
      /^from: .* no offset from UTC/,
    ],
    ['no end', 'exclusions', { ...emergency, to: undefined }, /^to: is missing/],
    ['the future', 'exclusions', { ...emergency, to: iso(november + dayMs) }, /^to: lies in the future/],
    ['no notice', 'exclusions', { ...emergency, kind: 'planned-maintenance' }, /^notices: is missing/],
    ['a list', 'exclusions', [], /^body is no JSON object/],
    [
      'an unknown port',
      'outages',
      { port: 'XXX', from: iso(start), to: iso(start + 1), reason: 'x' },
      /^port: is an unknown PoP/,
    ],
    [
      'an overlapping outage',
      'outages',
      { port: 'SIN', from: iso(start), to: iso(start + 1), reason: 'x' },
      /^from: overlaps the outage SIN@HKG/,
    ],
    ['an outage that is none', 'outages/void', { of: 'SIN', reason: 'x' }, /^of: is no outage/],
  ])('is refused: %s, and nothing is written', async (_what, url, body, message) => {
    const { post, events } = await setUp();
    const response = await post(url, body);
    expect([response.statusCode, response.headers['content-type']]).toEqual([
      400,
      'application/problem+json; charset=utf-8',
    ]);
    expect(response.json<{ detail: string }>().detail).toMatch(message);
    expect(await events()).toEqual([]);
  });

  test('is refused where it is not there', async () => {
    const { get, post } = await setUp();
    expect((await get('exclusions/X9')).statusCode).toBe(404);
    expect((await post('exclusions/X9/approve', {})).statusCode).toBe(404);
    expect((await get('availability')).json()).toMatchObject({
      status: 400,
      detail: expect.stringMatching(/^month is missing/) as string,
    });
    expect((await get('availability?month=2026-13')).statusCode).toBe(400);
    expect((await get('outages?colour=red')).statusCode).toBe(400);
  });
});

describe('who may write', () => {
  const refused = async (answer: Promise<{ statusCode: number; json: () => { detail: string } }>) => {
    const { statusCode, json } = await answer;
    return [statusCode, json().detail];
  };

  test('is nobody while HTTP listens to others', async () => {
    const { get, post, events } = await setUp({ http: { ...testConfig().http, host: '0.0.0.0' } });
    expect(await refused(post('exclusions', emergency))).toEqual([
      401,
      expect.stringMatching(/^nobody can sign in yet, and HTTP listens on 0\.0\.0\.0; allowed: /),
    ]);
    expect(await events()).toEqual([]);
    expect((await get('exclusions')).statusCode).toBe(401);
  });

  test.each<[string, Record<string, string>, string]>([
    ['another machine', {}, '192.0.2.9'],
    ['what a proxy passed on', { 'x-forwarded-for': '192.0.2.9' }, '127.0.0.1'],
    ['what a proxy passed on, as RFC 7239 has it', { forwarded: 'for=192.0.2.9' }, '127.0.0.1'],
    ['a page of elsewhere', { host: 'evil.example:9720' }, '127.0.0.1'],
    ['a page whose name only begins so', { host: '127.0.0.1.evil.example' }, '127.0.0.1'],
  ])('is not %s', async (_what, headers, address) => {
    const { post, events } = await setUp();
    for (const url of [
      'exclusions',
      'exclusions/X1/approve',
      'outages',
      'outages/void',
      'outages/correct',
      'attachments?name=x',
    ])
      expect((await post(url, emergency, headers, address)).statusCode).toBe(403);
    expect(await events()).toEqual([]);
  });

  test.each(['[::1]:9720', 'localhost:9720', '127.0.0.1'])(
    'is this machine, by the name %s',
    async (host) => {
      const { post } = await setUp();
      expect((await post('exclusions', emergency, { host })).statusCode).toBe(201);
    },
  );

  test('has a name', async () => {
    const { post } = await setUp();
    expect(await refused(post('exclusions', emergency, { 'x-pop-sla-actor': ' ' }))).toEqual([
      400,
      'x-pop-sla-actor is missing; allowed: a header with the name of whoever does it',
    ]);
  });
});

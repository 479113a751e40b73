import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { CustomerRegistry } from '../../../src/core/customer/book.js';
import type { PathId } from '../../../src/core/types.js';
import { verifyPack } from '../../../src/services/evidence/verify.js';
import { createLedgerService } from '../../../src/services/ledger/service.js';
import { createStatements } from '../../../src/services/statements/statements.js';
import { keyFolder } from '../../../src/seal/keys.js';
import { openPack } from '../../../src/seal/pack.js';
import { october } from '../../support/ledger.js';
import { tempDir } from '../../support/temp-dir.js';
import { twoTenants } from '../../support/tenants.js';
import { entrance } from '../support/entry.js';

/** October of both tenants; `seal` says whether it is sealed, `resale` whose links hold when. */
async function setUp({
  seal = true,
  ...given
}: { seal?: boolean } & Partial<Pick<CustomerRegistry, 'resale' | 'services'>> = {}) {
  const tenants = await twoTenants();
  const folder = join(tempDir(), 'keys');
  const { book } = tenants.config;
  const config = {
    ...tenants.config,
    keys: { folder },
    book: { ...book, ...given },
  };
  const keys = keyFolder(folder);
  await keys.make();
  const { store, now } = tenants;
  const statements = createStatements({
    store,
    config: () => config,
    now,
    software: '1.2.3',
    signer: () => keys.signer(),
  });
  if (seal) {
    const sealed = await statements.seal('fin', {
      month: '2026-10',
      services: null,
      acceptIncomplete: 'for the test',
    });
    expect(sealed.map(({ outcome }) => outcome)).toEqual(['sealed', 'sealed']);
  }
  const server = entrance({ ...tenants, config });
  type Who = 'customer' | 'reseller' | 'finance' | 'noc';
  const get = async (who: Who, service: string, customer?: string, month = '2026-10') =>
    server.as(await server.tokenOf(who, customer ?? null), `/api/v1/evidence/${month}/${service}`);
  return { server, config, store, keys, get };
}

describe('an evidence pack', () => {
  test('is what a customer gets of its own sealed month, and `verify` accepts it', async () => {
    const { server, store, keys, get } = await setUp();
    const answer = await get('customer', 'alpha-service', 'alpha');
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, 'application/zip']);
    expect(answer.headers['content-disposition']).toBe(
      'attachment; filename="evidence-2026-10-alpha-service.zip"',
    );
    expect(answer.headers.etag).toMatch(/^"/);
    const pack = answer.rawPayload;
    const [key] = await keys.list();
    const found = await verifyPack({ pack, key: key?.pem ?? null, software: '1.2.3' });
    expect(found).toMatchObject({ differences: [], signedBy: key?.id, revisions: 1 });
    expect(found.roundsWithPackets).toBeGreaterThan(0);
    // It is full of amounts: somebody looked at them.
    const trail = await store.access.trail.list();
    expect(trail.at(-1)).toMatchObject({
      action: 'evidence:read',
      status: 200,
      amounts: true,
      name: 'customer',
      target: '/api/v1/evidence/2026-10/alpha-service',
    });
    const token = await server.tokenOf('customer', 'alpha');
    const verified = await server.as(token, {
      method: 'POST',
      url: '/api/v1/evidence/verify',
      payload: pack,
      headers: { 'content-type': 'application/zip' },
    });
    expect(verified.json()).toMatchObject({
      verified: true,
      why: null,
      signedBy: key?.id,
      ours: true,
      differences: [],
      statement: { id: '2026-10/alpha-service', revision: 1, state: 'sealed' },
    });
  });

  test('is nobody else’s, and not of who sees no amounts', async () => {
    const { get } = await setUp();
    expect((await get('finance', 'beta-service')).statusCode).toBe(200);
    expect((await get('noc', 'beta-service')).statusCode).toBe(403);
    for (const [who, service, customer] of [
      ['customer', 'beta-service', 'alpha'],
      // An end customer under resale sees quality, and no amounts.
      ['customer', 'beta-service', 'beta'],
      ['reseller', 'alpha-service', 'shop'],
      // Its link holds in October alone: the terms in the pack are those of all days.
      ['reseller', 'beta-service', 'shop'],
      ['customer', 'none', 'alpha'],
    ] as const) {
      const answer = await get(who, service, customer);
      expect([who, service, answer.statusCode]).toEqual([who, service, 404]);
      expect(answer.body).not.toMatch(/22222|11111/);
    }
  });

  test('is a reseller’s whose link held all the time', async () => {
    const { get } = await setUp({
      resale: [{ seller: 'shop', buyer: 'beta', from: '2025-01-01', to: null }],
    });
    expect((await get('reseller', 'beta-service', 'shop')).statusCode).toBe(200);
    expect((await get('customer', 'beta-service', 'beta')).statusCode).toBe(404);
  });

  test('of a service whose id was somebody else’s before has nothing of them', async () => {
    const { services } = (await twoTenants()).config.book;
    const [own, other] = services;
    const before = (own?.terms ?? []).map((terms) => ({
      ...terms,
      from: '2026-01-01',
      paths: ['HKG>FRA' as const],
      monthlyRent: { ...terms.monthlyRent, minor: 3_333_300n },
    }));
    if (!own || !other) throw new Error('there are two services');
    const { get, keys } = await setUp({
      services: [
        { ...own, customer: 'beta', site: 'beta-site', end: '2026-09-15', terms: before },
        { ...own, start: '2026-10-01', terms: own.terms.map((terms) => ({ ...terms, from: '2026-10-01' })) },
        other,
      ],
    });
    const answer = await get('customer', 'alpha-service', 'alpha');
    expect(answer.statusCode).toBe(200);
    const [key] = await keys.list();
    const found = await verifyPack({ pack: answer.rawPayload, key: key?.pem ?? null, software: '1.2.3' });
    expect(found).toMatchObject({ differences: [], statement: { customer: 'alpha' } });
    const { members } = openPack(answer.rawPayload, null);
    const text = [...members.values()].map((content) => Buffer.from(content).toString()).join('\n');
    expect(text).toContain('11111');
    expect(text).not.toMatch(/beta|33333|HKG>FRA/);
    // Nor is it theirs to see what came after them.
    expect((await get('customer', 'alpha-service', 'beta')).statusCode).toBe(404);
  });

  test('says what the statement says, whichever paths others use, and in which order', async () => {
    const { services } = (await twoTenants()).config.book;
    const using = (paths: PathId[]) =>
      services.map((each, index) => ({
        ...each,
        terms: each.terms.map((terms) => ({ ...terms, paths: index === 0 ? paths : [...paths].reverse() })),
      }));
    const { get } = await setUp({ services: using(['HKG>FRA', 'HKG>SIN']).reverse() });
    expect((await get('customer', 'alpha-service', 'alpha')).statusCode).toBe(200);
    expect((await get('finance', 'beta-service')).statusCode).toBe(200);
  });

  test('of a draft is for the house alone, and of a month that is not over for nobody', async () => {
    const { get } = await setUp({ seal: false });
    expect((await get('finance', 'alpha-service')).statusCode).toBe(200);
    expect((await get('customer', 'alpha-service', 'alpha')).statusCode).toBe(404);
    const long = await get('finance', 'alpha-service', undefined, '2019-10');
    expect([long.statusCode, long.json<{ detail: string }>().detail]).toEqual([
      409,
      expect.stringContaining('has no day in 2019-10'),
    ]);
    expect((await get('finance', 'alpha-service', undefined, '2026-1')).statusCode).toBe(400);
  });

  test('whose ledger names others is given by people, who look at it first', async () => {
    const { config, store, get } = await setUp({ seal: false });
    const now = () => october + 31 * 86_400_000;
    const ledgerService = createLedgerService({ store, config: () => config, now });
    await ledgerService.propose('ann', [
      {
        kind: 'third-party',
        scope: { pops: [], paths: [], lines: ['alpha-line', 'beta-line'], services: [], customers: [] },
        intervals: [{ from: october, to: october + 3_600_000 }],
        recurrence: null,
        notices: [],
        reason: 'a digger',
        proof: null,
        attachments: [],
        source: null,
      },
    ]);
    const keys = keyFolder(config.keys.folder);
    await createStatements({
      store,
      config: () => config,
      now,
      software: '1.2.3',
      signer: () => keys.signer(),
    }).seal('fin', { month: '2026-10', services: null, acceptIncomplete: 'for the test' });
    expect((await get('finance', 'alpha-service')).statusCode).toBe(200);
    const answer = await get('customer', 'alpha-service', 'alpha');
    expect(answer.statusCode).toBe(403);
    expect(answer.body).not.toContain('beta');
  });
});

describe('verifying a pack', () => {
  test('says of anything else what is wrong, and never fails', async () => {
    const { server, get } = await setUp();
    const token = await server.tokenOf('noc');
    const verify = (payload: Buffer, type = 'application/octet-stream') =>
      server.as(token, {
        method: 'POST',
        url: '/api/v1/evidence/verify',
        payload,
        headers: { 'content-type': type },
      });
    const pack = (await get('finance', 'alpha-service')).rawPayload;
    const spoilt = Buffer.from(pack);
    spoilt[200] = (spoilt[200] ?? 0) ^ 1;
    for (const bytes of [Buffer.from('PK'), Buffer.alloc(1000), pack.subarray(0, -1), spoilt]) {
      const answer = await verify(bytes);
      expect(answer.statusCode).toBe(200);
      expect(answer.json()).toMatchObject({ verified: false, statement: null, ours: false });
      expect(answer.json<{ why: string }>().why).toMatch(/./);
    }
    expect((await verify(pack, 'application/json')).statusCode).toBe(400);
    expect((await verify(Buffer.alloc(65 * 1024 * 1024))).statusCode).toBe(413);
  });
});

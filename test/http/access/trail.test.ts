import { describe, expect, test } from 'vitest';
import { iso } from '../support/iso.js';
import { october } from '../../support/ledger.js';
import { twoTenants } from '../../support/tenants.js';
import { entrance } from '../support/entry.js';

const outage = {
  port: 'SIN',
  from: iso(october + 86_400_000),
  to: iso(october + 86_460_000),
  reason: 'INC-7',
};

async function setUp() {
  const tenants = await twoTenants();
  const server = entrance(tenants);
  const trail = async () =>
    (await tenants.store.access.trail.list()).map(
      ({ name, action, target, status, amounts }) =>
        `${name} ${action} ${target} ${status}${amounts ? ' amounts' : ''}`,
    );
  return { tenants, server, trail };
}

describe('the trail', () => {
  test('has every write, whether it was allowed, refused or wrong', async () => {
    const { server, trail } = await setUp();
    const noc = await server.tokenOf('noc');
    const finance = await server.tokenOf('finance');
    const post = (token: string, payload: object) =>
      server.as(token, { method: 'POST', url: '/api/v1/outages?x', payload });
    expect((await post(noc, outage)).statusCode).toBe(400);
    const url = '/api/v1/outages';
    expect((await server.as(noc, { method: 'POST', url, payload: outage })).statusCode).toBe(201);
    expect((await post(finance, outage)).statusCode).toBe(403);
    await server.as(noc, '/api/v1/outages');
    expect(await trail()).toEqual([
      'noc outages:write /api/v1/outages 400',
      'noc outages:write /api/v1/outages 201',
      'finance outages:write /api/v1/outages 403',
    ]);
  });

  test('has every look at an amount, and no look at none', async () => {
    const { server, trail } = await setUp();
    const url = '/api/v1/availability?month=2026-10';
    await server.as(await server.tokenOf('noc'), url);
    await server.as(await server.tokenOf('customer', 'beta'), url);
    expect(await trail()).toEqual([]);
    await server.as(await server.tokenOf('finance'), url);
    await server.as(await server.tokenOf('customer', 'alpha'), url);
    await server.as(await server.tokenOf('reseller'), url);
    expect(await trail()).toEqual([
      'finance availability:read /api/v1/availability 200 amounts',
      'customer availability:read /api/v1/availability 200 amounts',
      'reseller availability:read /api/v1/availability 200 amounts',
    ]);
  });

  test('has who signed in, and who could not, in plain characters', async () => {
    const { server, trail } = await setUp();
    await server.registry.addUser({ name: 'ann', roles: ['noc'], customer: null, password: 'Correct-1' });
    const signIn = (name: string, password: string) =>
      server.http.inject({ method: 'POST', url: '/api/v1/session', payload: { name, password } });
    await signIn('ann', 'Correct-1');
    await signIn('e\u001b[2Jve', 'x');
    expect(await trail()).toEqual([
      'ann session:begin /api/v1/session 201',
      'e?[2Jve session:begin /api/v1/session 401',
    ]);
  });

  test('is read in pages, and its chain is checked with the ledger', async () => {
    const { server } = await setUp();
    const noc = await server.tokenOf('noc');
    for (let n = 0; n < 3; n += 1)
      await server.as(noc, { method: 'POST', url: '/api/v1/outages/void', payload: {} });
    const auditor = await server.tokenOf('approver');
    const page = await server.as(auditor, '/api/v1/audit/trail?limit=2');
    const first = page.json<{ entries: { seq: number }[]; nextCursor: string }>();
    expect(first).toMatchObject({ entries: [{ seq: 1 }, { seq: 2 }], nextCursor: '2' });
    const rest = await server.as(auditor, `/api/v1/audit/trail?limit=2&cursor=${first.nextCursor}`);
    expect(rest.json()).toMatchObject({ entries: [{ seq: 3 }], nextCursor: null });
    const audited = await server.as(auditor, '/api/v1/audit');
    expect(audited.json()).toMatchObject({ ok: true, trail: { entries: 3 } });
  });

  test('that cannot be written grants no look at an amount', async () => {
    const { tenants } = await setUp();
    const append = () => Promise.reject(new Error('the disk is full'));
    const access = { ...tenants.store.access, trail: { ...tenants.store.access.trail, append } };
    const server = entrance({ ...tenants, store: { ...tenants.store, access } });
    const finance = await server.tokenOf('finance');
    const answer = await server.as(finance, '/api/v1/availability?month=2026-10');
    expect(answer.statusCode).toBe(500);
    expect(answer.body).not.toContain('11111');
    expect((await server.as(finance, '/api/v1/pops')).statusCode).toBe(200);
  });
});

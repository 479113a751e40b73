import type { InjectOptions } from 'fastify';
import { beforeEach, describe, expect, test } from 'vitest';
import { twoTenants, type Tenants } from '../../support/tenants.js';
import { entrance, type Entrance } from '../support/entry.js';

const password = 'Correct-horse-1';
let tenants: Tenants;
let server: Entrance;
beforeEach(async () => {
  tenants = await twoTenants();
  server = entrance(tenants);
  await server.registry.addUser({ name: 'Ann', roles: ['noc'], customer: null, password });
});

const signIn = (payload: object, more: InjectOptions = {}) =>
  server.http.inject({ method: 'POST', url: '/api/v1/session', payload, ...more });

async function signedIn() {
  const answer = await signIn({ name: 'ann', password });
  const { csrf } = answer.json<{ csrf: string }>();
  const cookie = String(answer.headers['set-cookie']).split(';')[0] ?? '';
  return { csrf, cookie, answer };
}

const file = { method: 'POST', url: '/api/v1/attachments?name=t', payload: Buffer.from('x') } as const;
const octets = { 'content-type': 'application/octet-stream' };

describe('signing in with a password', () => {
  test('sets a cookie that scripts and other sites do not get, and says who it is', async () => {
    const { answer, cookie } = await signedIn();
    expect([answer.statusCode, answer.json()]).toMatchObject([
      201,
      { id: 'user:Ann', name: 'Ann', via: 'password', roles: ['noc'], customer: null },
    ]);
    expect([answer.headers['set-cookie']].flat()[0]).toMatch(
      /^pop-sla=[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; SameSite=Lax$/,
    );
    const who = await server.http.inject({ url: '/api/v1/session', headers: { cookie } });
    expect(who.json()).toMatchObject({ name: 'Ann', csrf: answer.json<{ csrf: string }>().csrf });
    const secret = cookie.split('=')[1] ?? '';
    expect(await tenants.store.access.sessions.find(secret)).toBeNull();
  });

  test.each([
    { name: 'ann', password: 'Correct-horse-2' },
    { name: 'bob', password },
    { name: 'ann', password: '' },
  ])('is refused all the same: %j', async (payload) => {
    const answer = await signIn(payload);
    expect([answer.statusCode, answer.json<{ detail: string }>().detail]).toEqual([
      401,
      'the name or the password is wrong',
    ]);
    expect(answer.headers['set-cookie']).toBeUndefined();
  });

  test('is refused to who is locked out, and their sessions are over', async () => {
    const { cookie } = await signedIn();
    await server.registry.disableUser('ann');
    expect((await server.http.inject({ url: '/api/v1/pops', headers: { cookie } })).statusCode).toBe(401);
    expect((await signIn({ name: 'ann', password })).statusCode).toBe(401);
  });

  test('is slowed down after five wrong ones, for the right one too, and not for ever', async () => {
    for (let n = 0; n < 5; n += 1)
      expect((await signIn({ name: 'ANN ', password: 'wrong' })).statusCode).toBe(401);
    const late = await signIn({ name: 'ann', password });
    expect([late.statusCode, late.headers['retry-after']]).toEqual([429, '1']);
    server.clock.now += 1_000;
    expect((await signIn({ name: 'ann', password })).statusCode).toBe(201);
  });

  test('is not for a password that came in the clear from elsewhere', async () => {
    const answer = await signIn({ name: 'ann', password }, { remoteAddress: '192.0.2.9' });
    expect([answer.statusCode, answer.json<{ detail: string }>().detail]).toEqual([
      403,
      expect.stringMatching(/^a password may not come this way; allowed: over TLS/),
    ]);
  });

  test('is not for a page of elsewhere', async () => {
    for (const headers of [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }]) {
      expect((await signIn({ name: 'ann', password }, { headers })).statusCode).toBe(403);
    }
  });
});

describe('a session', () => {
  test('ends when it is signed out of, unused for an hour, or twelve hours old', async () => {
    const pops = (cookie: string) => server.http.inject({ url: '/api/v1/pops', headers: { cookie } });
    const first = await signedIn();
    const headers = { cookie: first.cookie, 'x-csrf-token': first.csrf };
    const out = await server.http.inject({ method: 'DELETE', url: '/api/v1/session', headers });
    expect([out.statusCode, String(out.headers['set-cookie'])]).toEqual([
      204,
      expect.stringMatching(/^pop-sla=; Max-Age=0;/),
    ]);
    expect((await pops(first.cookie)).statusCode).toBe(401);

    const second = await signedIn();
    server.clock.now += 3_600_000;
    expect((await pops(second.cookie)).statusCode).toBe(200);
    server.clock.now += 3_600_001;
    expect((await pops(second.cookie)).statusCode).toBe(401);

    const third = await signedIn();
    await tenants.store.access.sessions.seen(
      (await import('../../../src/seal/canonical.js')).sha256(third.cookie.split('=')[1] ?? ''),
      server.clock.now + 12 * 3_600_000,
    );
    server.clock.now += 12 * 3_600_000;
    expect((await pops(third.cookie)).statusCode).toBe(401);
  });

  test('is not kept from ending by a page that asks for itself anew', async () => {
    const { cookie } = await signedIn();
    const refreshed = () =>
      server.http.inject({ url: '/api/v1/pops', headers: { cookie, 'x-pop-sla-refresh': 'yes' } });
    server.clock.now += 3_000_000;
    expect((await refreshed()).statusCode).toBe(200);
    server.clock.now += 600_001;
    expect((await refreshed()).statusCode).toBe(401);
    expect((await server.http.inject({ url: '/api/v1/pops', headers: { cookie } })).statusCode).toBe(401);
  });

  test('of a cookie that was made up is none', async () => {
    for (const cookie of ['pop-sla=x', `pop-sla=${'a'.repeat(43)}`, 'pop-sla=', 'pop-sla=%00']) {
      expect((await server.http.inject({ url: '/api/v1/pops', headers: { cookie } })).statusCode).toBe(401);
    }
  });
});

describe('a write that a cookie lets in', () => {
  const send = (headers: Record<string, string>) =>
    server.http.inject({ ...file, headers: { ...octets, ...headers } });

  test('needs the token that pages of elsewhere do not know', async () => {
    const { cookie, csrf } = await signedIn();
    const other = await signedIn();
    expect((await send({ cookie })).statusCode).toBe(403);
    expect((await send({ cookie, 'x-csrf-token': '' })).statusCode).toBe(403);
    expect((await send({ cookie, 'x-csrf-token': `${csrf.slice(0, -1)}é` })).statusCode).toBe(403);
    expect((await send({ cookie, 'x-csrf-token': other.csrf })).statusCode).toBe(403);
    expect((await send({ cookie, 'x-csrf-token': csrf })).statusCode).toBe(201);
  });

  test('is refused to pages of elsewhere that know it', async () => {
    const { cookie, csrf } = await signedIn();
    const known = { cookie, 'x-csrf-token': csrf };
    expect((await send({ ...known, origin: 'https://evil.example' })).statusCode).toBe(403);
    expect((await send({ ...known, origin: 'null' })).statusCode).toBe(403);
    expect((await send({ ...known, 'sec-fetch-site': 'same-site' })).statusCode).toBe(403);
    expect((await send({ ...known, origin: 'http://localhost:80', host: 'localhost:80' })).statusCode).toBe(
      201,
    );
  });

  test('is not needed by a token, which no browser sends by itself', async () => {
    const token = await server.tokenOf('noc');
    expect((await server.as(token, { ...file, headers: octets })).statusCode).toBe(201);
  });
});

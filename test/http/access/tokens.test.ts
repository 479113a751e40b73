import { beforeEach, describe, expect, test } from 'vitest';
import { sha256 } from '../../../src/seal/canonical.js';
import { twoTenants, type Tenants } from '../../support/tenants.js';
import { entrance, type Entrance } from '../support/entry.js';

let tenants: Tenants;
let server: Entrance;
beforeEach(async () => {
  tenants = await twoTenants();
  server = entrance(tenants);
});

const detail = async (authorization: string) => {
  const answer = await server.http.inject({ url: '/api/v1/pops', headers: { authorization } });
  return [answer.statusCode, answer.json<{ detail: string }>().detail, answer.headers['www-authenticate']];
};
const challenge = 'Bearer realm="pop-sla"';

describe('a token', () => {
  test('opens what its roles may, and is kept as a hash only', async () => {
    const token = await server.tokenOf('noc');
    expect(token).toMatch(/^popsla_[0-9a-f]{8}_[\w-]{43}$/);
    expect((await server.as(token, '/api/v1/pops')).statusCode).toBe(200);
    const [kept] = await tenants.store.access.tokens.list();
    expect(kept).toMatchObject({ id: token.slice(7, 15), hash: sha256(token), lastUsedAt: null });
    expect(JSON.stringify(kept)).not.toContain(token.slice(16));
  });

  test('of one scope opens that alone', async () => {
    const token = await server.tokenOf('admin', null, ['rounds:read']);
    expect((await server.as(token, '/api/v1/rounds')).statusCode).toBe(200);
    const answer = await server.as(token, '/api/v1/pops');
    expect([answer.statusCode, answer.json<{ detail: string }>().detail]).toEqual([
      403,
      "admin may not do pops:read (read): the token's scopes don't cover it",
    ]);
  });

  test('that is expired, revoked, forged or cut short opens nothing', async () => {
    const grant = { roles: ['noc'], customer: null, scopes: null };
    const expiresAt = server.clock.now + 1_000;
    const { token } = await server.registry.createToken({ name: 'short', expiresAt, ...grant });
    expect((await server.as(token, '/api/v1/pops')).statusCode).toBe(200);
    server.clock.now += 1_000;
    expect(await detail(`Bearer ${token}`)).toEqual([
      401,
      'the token does not hold: it is expired',
      challenge,
    ]);
    const other = await server.registry.createToken({ name: 'other', expiresAt: null, ...grant });
    await server.registry.revokeToken(other.record.id);
    expect(await detail(`Bearer ${other.token}`)).toEqual([
      401,
      'the token does not hold: it is revoked',
      challenge,
    ]);
    const good = await server.tokenOf('noc');
    const flipped = `${good.slice(0, -1)}${good.endsWith('A') ? 'B' : 'A'}`;
    for (const forged of [flipped, good.slice(0, -1), good.toUpperCase(), `${good}A`, 'x', good.slice(7)]) {
      expect(await detail(`Bearer ${forged}`)).toEqual([
        401,
        'the token does not hold: it is none of ours',
        challenge,
      ]);
    }
  });

  test.each(['Basic YW5uOmFubg==', 'Bearer', 'Bearer a b', `Bearer ${'a'.repeat(5000)}`, 'Bearer é', ''])(
    'is none: %s',
    async (authorization) => {
      await server.tokenOf('noc');
      expect((await detail(authorization))[0]).toBe(401);
    },
  );

  test('of another installation, or for another audience, is none of ours', async () => {
    const elsewhere = entrance(await twoTenants());
    const token = await elsewhere.tokenOf('admin');
    expect((await detail(`Bearer ${token}`))[0]).toBe(401);
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const jwt = `${part({ alg: 'none' })}.${part({ sub: 'ann', aud: 'another', roles: ['admin'] })}.`;
    expect((await detail(`Bearer ${jwt}`))[0]).toBe(401);
  });
});

describe('as long as nobody can sign in', () => {
  test('everybody on this machine may, and the first token ends that', async () => {
    expect((await server.http.inject('/api/v1/tokens')).statusCode).toBe(200);
    await server.tokenOf('noc');
    const answer = await server.http.inject('/api/v1/tokens');
    expect([answer.statusCode, answer.json<{ detail: string }>().detail]).toEqual([
      401,
      'nobody is signed in; allowed: a token in the header Authorization, or a session of POST /api/v1/session',
    ]);
    for (const url of ['/healthz', '/readyz', '/metrics', '/docs/', '/api/v1/openapi.json']) {
      expect([url, (await server.http.inject(url)).statusCode]).toEqual([url, 200]);
    }
  });

  test.each<[string, Partial<Tenants['config']['http']>, Partial<Tenants['config']['http']['auth']>]>([
    ['it listens to others', { host: '0.0.0.0' }, {}],
    ['it is asked to', {}, { open: 'never' }],
  ])('nobody may where %s, and is told what to do', async (_what, http, auth) => {
    const config = { ...tenants.config, http: { ...tenants.config.http, ...http } };
    const closed = { ...config, http: { ...config.http, auth: { ...config.http.auth, ...auth } } };
    const { http: strict } = entrance({ ...tenants, config: closed });
    const answer = await strict.inject('/api/v1/pops');
    expect([answer.statusCode, answer.json<{ detail: string }>().detail]).toEqual([
      401,
      expect.stringMatching(/^nobody can sign in yet, .* allowed: a first token \(pop-sla token create\)/),
    ]);
    expect((await strict.inject('/healthz')).statusCode).toBe(200);
    expect((await strict.inject('/metrics')).statusCode).toBe(200);
  });

  test('the metrics are for who signed in, where that is asked for', async () => {
    const { http } = tenants.config;
    const auth = { ...http.auth, metrics: 'signed-in' as const };
    const closed = entrance({ ...tenants, config: { ...tenants.config, http: { ...http, auth } } });
    const token = await closed.tokenOf('agent');
    expect((await closed.http.inject('/metrics')).statusCode).toBe(401);
    expect((await closed.as(token, '/metrics')).statusCode).toBe(200);
    expect((await closed.as(await closed.tokenOf('finance'), '/metrics')).statusCode).toBe(403);
  });
});

describe('tokens and users over HTTP', () => {
  test('are made, listed and revoked by an admin', async () => {
    const admin = await server.tokenOf('admin');
    const post = (url: string, payload: object) =>
      server.as(admin, { method: 'POST', url: `/api/v1/${url}`, payload });
    const made = await post('tokens', { name: 'grafana', roles: ['noc'], scopes: ['read'] });
    expect([made.statusCode, made.json()]).toMatchObject([
      201,
      { name: 'grafana', state: 'holds', roles: ['noc'], scopes: ['read'] },
    ]);
    const { id, token } = made.json<{ id: string; token: string }>();
    expect((await server.as(token, '/api/v1/pops')).statusCode).toBe(200);
    expect((await post(`tokens/${id}/revoke`, {})).statusCode).toBe(204);
    expect((await server.as(token, '/api/v1/pops')).statusCode).toBe(401);
    expect((await post(`tokens/${id}/revoke`, {})).statusCode).toBe(404);
    const list = await server.as(admin, '/api/v1/tokens');
    const { tokens } = list.json<{ tokens: { id: string; state: string }[] }>();
    expect(tokens.find((one) => one.id === id)?.state).toBe('revoked');
    expect(tokens).toHaveLength(2);
    expect(list.body).not.toContain('hash');
    expect((await post('users', { name: 'ann', roles: ['noc'], password: 'Correct-1' })).statusCode).toBe(
      201,
    );
    const users = await server.as(admin, '/api/v1/users');
    expect(users.json()).toMatchObject({ users: [{ name: 'ann', state: 'active' }] });
    expect(users.body).not.toMatch(/scrypt|Correct/);
  });

  test.each<[string, object, RegExp]>([
    ['no role', { roles: [] }, /^role: is missing/],
    ['an unknown role', { roles: ['king'] }, /^role: king is not known; allowed: noc, finance/],
    ['a tenant of nobody', { roles: ['customer'] }, /^customer: is missing/],
    [
      'an unknown customer',
      { roles: ['customer'], customer: 'x' },
      /^customer: x is not known; allowed: alpha/,
    ],
    ['staff of a customer', { roles: ['noc'], customer: 'alpha' }, /^customer: is given/],
    [
      'both kinds of roles',
      { roles: ['noc', 'customer'], customer: 'alpha' },
      /^role: customer stands beside/,
    ],
    [
      'a scope of nothing',
      { roles: ['noc'], scopes: ['x'] },
      /^scope: x covers nothing; allowed: read, write/,
    ],
    ['the past', { roles: ['noc'], expiresAt: '2020-01-01' }, /^expires: lies in the past/],
    ['a name with a line', { roles: ['noc'], name: 'a\nb' }, /^name: is no name/],
  ])('are refused with %s', async (_what, body, message) => {
    const payload = { name: 'x', ...body };
    const admin = await server.tokenOf('admin');
    const answer = await server.as(admin, { method: 'POST', url: '/api/v1/tokens', payload });
    expect([answer.statusCode, answer.json<{ detail: string }>().detail]).toEqual([
      400,
      expect.stringMatching(message),
    ]);
    expect(await server.registry.tokens()).toHaveLength(1);
  });
});

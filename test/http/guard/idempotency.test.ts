import { fastify } from 'fastify';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { beforeEach, describe, expect, test, onTestFinished } from 'vitest';
import { onceForItsKey } from '../../../src/http/guard.js';
import { keptLog } from '../../support/log.js';
import { twoTenants, type Tenants } from '../../support/tenants.js';
import { entrance, type Entrance } from '../support/entry.js';
import { accessTo } from '../support/server.js';

let tenants: Tenants;
let server: Entrance;
let token: string;
beforeEach(async () => {
  tenants = await twoTenants();
  server = entrance(tenants);
  token = await server.tokenOf('admin');
});

const body = {
  kind: 'planned-maintenance',
  scope: ['pop:FRA'],
  from: '2026-12-01T02:00Z',
  to: '2026-12-01T04:00Z',
  notices: ['2026-10-01'],
  reason: 'line cards',
};

test('a client that goes away before its answer gets it when it asks again, and the work is done once', async () => {
  const address = new URL(await server.http.listen({ host: '127.0.0.1', port: 0 }));
  onTestFinished(() => server.http.close());
  const payload = JSON.stringify(body);
  for (const patience of [0, 1, 3, 10, 30]) {
    const key = `key-${patience}`;
    const socket = connect(Number(address.port), '127.0.0.1');
    socket.on('error', () => undefined);
    await new Promise((done) => socket.once('connect', done));
    const head = [
      'POST /api/v1/attachments?name=a.txt HTTP/1.1',
      `host: ${address.host}`,
      `authorization: Bearer ${token}`,
      `idempotency-key: ${key}`,
      'content-type: application/octet-stream',
      `content-length: ${payload.length}`,
    ];
    socket.write(`${head.join('\r\n')}\r\n\r\n${payload}`);
    await delay(patience);
    socket.destroy();
    await delay(100);
    const again = await server.as(token, {
      method: 'POST',
      url: '/api/v1/attachments?name=a.txt',
      headers: { 'idempotency-key': key, 'content-type': 'application/octet-stream' },
      payload,
    });
    expect(again.statusCode).toBe(201);
  }
});

test('a key is locked until its answer is kept, although nobody waits for it any more', async () => {
  const { replies } = tenants.store.access;
  let keep = (): void => undefined;
  const mayKeep = new Promise<void>((resolve) => (keep = resolve));
  let keeping = (): void => undefined;
  const isKeeping = new Promise<void>((resolve) => (keeping = resolve));
  const put: typeof replies.put = async (...given) => {
    keeping();
    await mayKeep;
    return replies.put(...given);
  };
  const access = accessTo(tenants.store, tenants.config, () => tenants.now());
  server = entrance(tenants, {
    access: { ...access, store: { ...tenants.store.access, replies: { ...replies, put } } },
  });
  const address = new URL(await server.http.listen({ host: '127.0.0.1', port: 0 }));
  const socket = connect(Number(address.port), '127.0.0.1');
  socket.on('error', () => undefined);
  const payload = JSON.stringify(body);
  const headers = { authorization: `Bearer ${token}`, 'idempotency-key': 'k' };
  const head = [
    'POST /api/v1/exclusions HTTP/1.1',
    `host: ${address.host}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    'content-type: application/json',
    `content-length: ${payload.length}`,
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n${payload}`);
  await isKeeping;
  socket.destroy();
  await delay(100);
  const ask = () => server.as(token, { method: 'POST', url: '/api/v1/exclusions', payload: body, headers });
  expect((await ask()).statusCode).toBe(409);
  keep();
  await delay(100);
  const again = await ask();
  expect([again.statusCode, again.headers['idempotency-replayed']]).toEqual([201, 'true']);
  const list = await server.as(token, { url: '/api/v1/exclusions' });
  expect(list.json<{ exclusions: object[] }>().exclusions).toHaveLength(1);
});

test('a key of a request that was refused, or of nothing, is free again', async () => {
  for (const [url, payload, status] of [
    ['/api/v1/exclusions', { ...body, kind: 'none' }, 400],
    ['/api/v1/exclusions/X99/approve', {}, 404],
    ['/api/v1/fault-reports/F99/take', {}, 404],
  ] as const)
    for (let n = 0; n < 2; n += 1) {
      const answer = await server.as(token, {
        method: 'POST',
        url,
        payload,
        headers: { 'idempotency-key': 'k' },
      });
      expect([url, answer.statusCode]).toEqual([url, status]);
    }
});

test.each<[string[] | null, string[] | null, number]>([
  [['alpha', 'beta'], ['alpha', 'beta'], 200],
  [['alpha'], ['alpha', 'beta'], 200],
  [['alpha'], null, 200],
  [null, null, 200],
  [['alpha', 'beta'], ['alpha'], 403],
  [null, ['alpha'], 403],
])('an answer to who saw %j is given to who sees %j: %i', async (then, now, status) => {
  let seen = then;
  const http = fastify();
  onTestFinished(() => http.close());
  http.decorateRequest('identified', null);
  http.decorateRequest('caller', null);
  http.addHook('onRequest', (request, _reply, done) => {
    request.identified = { principal: { id: 'oidc:ann', name: 'Ann' } } as never;
    request.caller = { customersSeen: () => seen } as never;
    done();
  });
  const { replies } = tenants.store.access;
  onceForItsKey(http, { replies, now: () => server.clock.now, log: keptLog().log });
  http.post('/work', async (_request, reply) => reply.send({ done: true }));
  const ask = () =>
    http.inject({ method: 'POST', url: '/work', payload: {}, headers: { 'idempotency-key': 'k' } });
  expect((await ask()).statusCode).toBe(200);
  seen = now;
  expect((await ask()).statusCode).toBe(status);
});

test('the same key twice at once does the work once', async () => {
  const ask = () =>
    server.as(token, {
      method: 'POST',
      url: '/api/v1/exclusions',
      payload: body,
      headers: { 'idempotency-key': 'k' },
    });
  const answers = await Promise.all([ask(), ask(), ask()]);
  expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([201, 409, 409]);
  const again = await ask();
  expect([again.statusCode, again.headers['idempotency-replayed']]).toEqual([201, 'true']);
});

describe('a token gives away only what it holds', () => {
  const mint = (by: string, grant: object) =>
    server.as(by, { method: 'POST', url: '/api/v1/tokens', payload: { name: 'x', ...grant } });
  const add = (by: string, grant: object) =>
    server.as(by, {
      method: 'POST',
      url: '/api/v1/users',
      payload: { name: 'x', password: 'Correct-horse-1', ...grant },
    });

  test.each<[readonly string[], object, number]>([
    [['tokens:write'], { roles: ['admin'] }, 403],
    [['tokens:write'], { roles: ['noc'] }, 403],
    [['tokens:write'], { roles: ['admin'], scopes: ['users:write'] }, 403],
    [['tokens:write'], { roles: ['admin'], scopes: ['tokens:write'] }, 201],
    [['tokens'], { roles: ['admin'], scopes: ['tokens:read'] }, 201],
    [['write'], { roles: ['admin'], scopes: ['read'] }, 403],
    [['read', 'write'], { roles: ['finance'] }, 201],
    [['read', 'write'], { roles: ['customer'], customer: 'alpha' }, 201],
  ])('%j mints %j: %i', async (scopes, grant, status) => {
    expect((await mint(await server.tokenOf('admin', null, scopes), grant)).statusCode).toBe(status);
  });

  test('as users, and as passwords of users', async () => {
    const scoped = await server.tokenOf('admin', null, ['users:write']);
    expect((await add(scoped, { roles: ['admin'] })).statusCode).toBe(403);
    expect((await add(token, { roles: ['admin'] })).statusCode).toBe(201);
    const taken = await server.as(scoped, {
      method: 'PUT',
      url: '/api/v1/users/X/password',
      payload: { password: 'Another-horse-1' },
    });
    expect(taken.statusCode).toBe(403);
  });

  test('as targets of what it may not read', async () => {
    const scoped = await server.tokenOf('noc', null, ['notifications:write']);
    const payload = { kind: 'mail', address: 'a@example.net', events: ['*'] };
    const url = '/api/v1/notification-targets';
    expect((await server.as(scoped, { method: 'POST', url, payload })).statusCode).toBe(403);
  });
});

test('a name has no characters that turn the writing direction or that nobody sees', async () => {
  for (const name of ['A\u202enn', 'A\u200bnn', 'A\u200enn', '\u2066Ann', 'Ann\ufe0f']) {
    const payload = { name, password: 'Correct-horse-1', roles: ['noc'] };
    expect((await server.as(token, { method: 'POST', url: '/api/v1/users', payload })).statusCode).toBe(400);
    const made = await server.as(token, {
      method: 'POST',
      url: '/api/v1/tokens',
      payload: { name, roles: ['noc'] },
    });
    expect(made.statusCode).toBe(400);
  }
});

test('the metrics of a machine that nobody signs in to are not for a page of elsewhere', async () => {
  const { http } = entrance(await twoTenants());
  const status = async (host: string) =>
    (await http.inject({ url: '/metrics', headers: { host } })).statusCode;
  expect(await status('evil.example')).toBe(403);
  expect(await status('localhost:9720')).toBe(200);
  // Once somebody signs in they are open, by the configuration.
  const signed = await server.http.inject({ url: '/metrics', headers: { host: 'sla.example.net' } });
  expect(signed.statusCode).toBe(200);
});

describe('an address behind proxies', () => {
  const trusted = () => {
    const { config } = tenants;
    const http = {
      ...config.http,
      trustedProxies: [
        { address: '127.0.0.0', prefix: 8 },
        { address: '10.0.0.0', prefix: 8 },
      ],
    };
    return entrance({ ...tenants, config: { ...config, http } });
  };
  test.each<[Record<string, string>, string]>([
    [{ 'x-forwarded-for': '192.0.2.1' }, '192.0.2.1'],
    [{ 'x-forwarded-for': '192.0.2.1:4711' }, '192.0.2.1'],
    [{ 'x-forwarded-for': '[2001:db8::1]:4711' }, '2001:db8::1'],
    [{ 'x-forwarded-for': '"[2001:db8::1]"' }, '2001:db8::1'],
    [{ 'x-forwarded-for': '6.6.6.6, 192.0.2.1:80, 10.0.0.3:8080' }, '192.0.2.1'],
    [{ forwarded: 'for=192.0.2.1;proto=https' }, '192.0.2.1'],
    [{ forwarded: 'for="[2001:db8::1]:4711";by=203.0.113.43' }, '2001:db8::1'],
    [{ forwarded: 'for=6.6.6.6, For="192.0.2.1:80", for=10.0.0.3' }, '192.0.2.1'],
  ])('%j is %s', async (headers, address) => {
    const behind = trusted();
    const admin = await behind.tokenOf('admin');
    await behind.as(admin, {
      method: 'POST',
      url: '/api/v1/tokens',
      payload: { name: 'x', roles: ['noc'] },
      headers,
    });
    const [entry] = await tenants.store.access.trail.list();
    expect(entry?.from).toBe(address);
  });
});

import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { october } from '../../support/ledger.js';
import { twoTenants, type Tenants } from '../../support/tenants.js';
import { root } from '../../support/source-files.js';
import { entrance, type Entrance } from '../support/entry.js';
import { iso } from '../support/iso.js';

const withHttp = (tenants: Tenants, http: Partial<Tenants['config']['http']>): Tenants => ({
  ...tenants,
  config: { ...tenants.config, http: { ...tenants.config.http, ...http } },
});
const outage = (day: number) => ({
  port: 'SIN',
  reason: 'INC-7',
  from: iso(october + day * 86_400_000),
  to: iso(october + day * 86_400_000 + 60_000),
});

describe('what is read', () => {
  test('has a tag, and who has it already is told so', async () => {
    const server = entrance(await twoTenants());
    const token = await server.tokenOf('noc');
    const first = await server.as(token, '/api/v1/rounds');
    const { etag } = first.headers;
    expect([etag, first.headers['cache-control']]).toEqual([
      expect.stringMatching(/^"[\w-]{27}"$/),
      'private, no-cache',
    ]);
    const again = (tag: string, who = token) =>
      server.as(who, { url: '/api/v1/rounds', headers: { 'if-none-match': tag } });
    const same = await again(`"x", W/${String(etag)}`);
    expect([same.statusCode, same.body, same.headers.etag]).toEqual([304, '', etag]);
    expect((await again('"x"')).statusCode).toBe(200);
    // Another sees another list, and has another tag.
    expect((await again(String(etag), await server.tokenOf('customer'))).statusCode).toBe(200);
    // Who may not ask learns nothing by a tag.
    expect((await again(String(etag), 'x')).statusCode).toBe(401);
  });
});

describe('what a browser is told', () => {
  test.each(['/healthz', '/api/v1/pops', '/nowhere', '/docs/'])('with %s', async (url) => {
    const { http } = entrance(await twoTenants());
    const { headers } = await http.inject(url);
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'same-origin',
    });
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe-eval|script-src[^;]*unsafe/);
    expect(String(headers['cache-control'])).toMatch(/no-store|private, no-cache/);
  });
});

describe('a POST with a key of its own', () => {
  const post = (server: Entrance, token: string, key: string, payload: object) =>
    server.as(token, {
      method: 'POST',
      url: '/api/v1/outages',
      payload,
      headers: { 'idempotency-key': key },
    });

  test('is done once, and answered the same for a day', async () => {
    const tenants = await twoTenants();
    const server = entrance(tenants);
    const noc = await server.tokenOf('noc');
    const first = await post(server, noc, 'k1', outage(1));
    const again = await post(server, noc, 'k1', outage(1));
    expect([first.statusCode, again.statusCode, again.body]).toEqual([201, 201, first.body]);
    expect([first.headers['idempotency-replayed'], again.headers['idempotency-replayed']]).toEqual([
      undefined,
      'true',
    ]);
    expect(await tenants.store.ledger.events()).toHaveLength(1);
    const other = await post(server, noc, 'k1', outage(2));
    expect([other.statusCode, other.json<{ detail: string }>().detail]).toEqual([
      409,
      'another request had the idempotency-key k1; allowed: the same again, or another key',
    ]);
    // The key of somebody else is another key.
    expect((await post(server, await server.tokenOf('admin'), 'k1', outage(2))).statusCode).toBe(201);
    server.clock.now += 24 * 3_600_000;
    expect((await post(server, noc, 'k1', outage(3))).statusCode).toBe(201);
  });

  test('may be put right when it was refused, and is never done twice at once', async () => {
    const tenants = await twoTenants();
    const server = entrance(tenants);
    const noc = await server.tokenOf('noc');
    expect((await post(server, noc, 'k', { ...outage(1), reason: '' })).statusCode).toBe(400);
    const both = await Promise.all([post(server, noc, 'k', outage(1)), post(server, noc, 'k', outage(1))]);
    expect(both.every(({ statusCode }) => statusCode === 201 || statusCode === 409)).toBe(true);
    expect(await tenants.store.ledger.events()).toHaveLength(1);
    expect((await post(server, noc, 'a b', outage(4))).statusCode).toBe(400);
    expect((await post(server, noc, 'k'.repeat(256), outage(4))).statusCode).toBe(400);
  });

  test('keeps no token that was made', async () => {
    const tenants = await twoTenants();
    const server = entrance(tenants);
    const admin = await server.tokenOf('admin');
    const payload = { name: 'x', roles: ['noc'] };
    const headers = { 'idempotency-key': 'k' };
    const ask = () => server.as(admin, { method: 'POST', url: '/api/v1/tokens', payload, headers });
    const [first, again] = [await ask(), await ask()];
    expect([first.statusCode, again.statusCode]).toEqual([201, 201]);
    expect(again.json<{ token: string }>().token).not.toBe(first.json<{ token: string }>().token);
  });
});

describe('too much', () => {
  test('of requests from one address is slowed down, but for health', async () => {
    const server = entrance(withHttp(await twoTenants(), { requestsPerMinute: 3 }));
    const ask = (remoteAddress: string) => server.http.inject({ url: '/api/v1/pops', remoteAddress });
    const codes = [];
    for (let n = 0; n < 4; n += 1) codes.push((await ask('192.0.2.1')).statusCode);
    expect(codes).toEqual([200, 200, 200, 429]);
    const late = await ask('192.0.2.1');
    expect(late.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    expect(Number(late.headers['retry-after'])).toBeGreaterThan(0);
    expect((await ask('192.0.2.2')).statusCode).toBe(200);
    expect((await server.http.inject({ url: '/healthz', remoteAddress: '192.0.2.1' })).statusCode).toBe(200);
  });

  test('of a body, a URL or a header is refused, and so is what is no JSON', async () => {
    const server = entrance(withHttp(await twoTenants(), { bodyLimit: 2048 }));
    const noc = await server.tokenOf('noc');
    const post = (payload: string | Buffer, type = 'application/json') =>
      server.as(noc, { method: 'POST', url: '/api/v1/outages', payload, headers: { 'content-type': type } });
    expect((await post(JSON.stringify({ reason: 'x'.repeat(3000) }))).statusCode).toBe(413);
    expect((await post(Buffer.from([0, 255, 1, 2]))).statusCode).toBe(400);
    expect((await post('{"__proto__":{"x":1}}')).statusCode).toBe(400);
    expect((await post('{"constructor":{"prototype":1}}')).statusCode).toBe(400);
    expect((await post('<a/>', 'text/xml')).statusCode).toBe(415);
    expect((await post(Buffer.alloc(10), 'application/octet-stream')).statusCode).toBe(400);
    expect((await post('x=1', 'application/x-www-form-urlencoded')).statusCode).toBe(415);
    expect((await server.as(noc, `/api/v1/exclusions/${'x'.repeat(501)}`)).statusCode).toBe(414);
  });

  test.each([
    '/api/v1/exclusions/..%2f..%2faudit',
    '/api/v1/exclusions/%00',
    '/api/v1/attachments/..%2f..%2f..%2fetc%2fpasswd',
    '/api/v1/attachments/%2e%2e%2f',
    '/api/v1//pops',
    '/docs/static/..%2f..%2f..%2fpackage.json',
    '/docs/static/%2e%2e/%2e%2e/package.json',
    '/api/v1/rounds?path=HKG%3ESIN%0d%0aset-cookie:x',
  ])('of cleverness in a path comes to nothing: %s', async (url) => {
    const server = entrance(await twoTenants());
    const answer = await server.as(await server.tokenOf('admin'), url);
    expect([400, 403, 404]).toContain(answer.statusCode);
    expect(answer.headers['set-cookie']).toBeUndefined();
    expect(answer.body).not.toContain('"dependencies"');
  });

  test('of lines in a name ends up in no header and no log line of its own', async () => {
    const server = entrance(await twoTenants());
    const answer = await server.http.inject({
      method: 'POST',
      url: '/api/v1/outages',
      payload: outage(1),
      headers: { 'x-pop-sla-actor': 'ann%0d%0aSet-Cookie:%20x' },
    });
    expect([answer.statusCode, answer.headers['set-cookie']]).toEqual([400, undefined]);
  });
});

describe('behind a proxy', () => {
  const cookieOf = async (trustedProxies: Tenants['config']['http']['trustedProxies']) => {
    const server = entrance(withHttp(await twoTenants(), { trustedProxies }));
    await server.registry.addUser({ name: 'ann', roles: ['noc'], customer: null, password: 'Correct-1' });
    const answer = await server.http.inject({
      method: 'POST',
      url: '/api/v1/session',
      payload: { name: 'ann', password: 'Correct-1' },
      remoteAddress: '10.1.2.3',
      headers: { 'x-forwarded-for': '198.51.100.7', 'x-forwarded-proto': 'https' },
    });
    return { answer };
  };

  test('that is trusted its word on TLS and on who asks counts', async () => {
    const { answer } = await cookieOf([{ address: '10.0.0.0', prefix: 8 }]);
    expect([answer.statusCode, [answer.headers['set-cookie']].flat()[0]]).toEqual([
      201,
      expect.stringMatching(
        /^__Host-pop-sla=[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
      ),
    ]);
  });

  test('that is not trusted it does not', async () => {
    const { answer } = await cookieOf([{ address: '10.9.0.0', prefix: 16 }]);
    expect([answer.statusCode, answer.headers['set-cookie']]).toEqual([403, undefined]);
  });
});

describe('over TLS', () => {
  test('it answers with the files that it was given', async () => {
    const pem = (name: string) => readFileSync(join(root, 'test/support/tls', name), 'utf8');
    const tls = { cert: pem('cert.pem'), key: pem('key.pem') };
    const { http } = entrance(await twoTenants(), { tls });
    await http.listen({ host: '127.0.0.1', port: 0 });
    const { port } = http.server.address() as AddressInfo;
    const answer = await new Promise<{ status: number | undefined; hsts: unknown }>((resolve, reject) => {
      request({ host: '127.0.0.1', port, path: '/healthz', ca: tls.cert }, (response) => {
        response.resume();
        resolve({ status: response.statusCode, hsts: response.headers['strict-transport-security'] });
      })
        .on('error', reject)
        .end();
    });
    expect(answer).toEqual({ status: 200, hsts: 'max-age=31536000' });
  });
});

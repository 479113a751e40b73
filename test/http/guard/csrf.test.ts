import type { InjectOptions } from 'fastify';
import { expect, test } from 'vitest';
import { rules, type Action } from '../../../src/core/access/rules.js';
import { twoTenants } from '../../support/tenants.js';
import { entrance } from '../support/entry.js';
import { password } from '../support/portal.js';
import { declaredRoutes } from '../support/server.js';

const form = 'application/x-www-form-urlencoded';
const bodies: readonly (readonly [string, string])[] = [
  ['application/json', '{}'],
  [form, 'a=b'],
  [
    'multipart/form-data; boundary=x',
    '--x\r\ncontent-disposition: form-data; name="a"\r\n\r\nb\r\n--x--\r\n',
  ],
  ['text/plain', '{"a":1}'],
  ['application/octet-stream', 'bytes'],
];

test('no route writes for a cookie that a page of elsewhere sent along, whatever is sent', async () => {
  const tenants = await twoTenants();
  const http = { ...tenants.config.http, requestsPerMinute: 1_000_000 };
  const server = entrance({ ...tenants, config: { ...tenants.config, http } });
  const routes = declaredRoutes(server.http);
  await server.http.ready();
  await server.registry.addUser({ name: 'ann', roles: ['admin'], customer: null, password });
  const signedIn = await server.http.inject({
    method: 'POST',
    url: '/api/v1/session',
    payload: { name: 'ann', password },
  });
  const cookie = String(signedIn.headers['set-cookie']).split(';')[0] ?? '';
  const { csrf } = signedIn.json<{ csrf: string }>();
  const writing = routes.filter(
    ({ access }) => access !== 'open' && rules[access as Action].kind === 'write',
  );
  expect(writing.length).toBeGreaterThan(90);
  const passed: string[] = [];
  for (const [n, { method, url }] of writing.entries()) {
    const [type, payload] = bodies[n % bodies.length] ?? ['application/json', '{}'];
    const to = { method: method as 'POST', url: url.replace(/:\w+/g, 'none') };
    const body = method === 'DELETE' ? {} : { payload };
    const sent = (headers: Record<string, string>): InjectOptions => ({
      ...to,
      ...body,
      headers: { cookie, ...(method !== 'DELETE' && { 'content-type': type }), ...headers },
    });
    for (const headers of [
      {},
      { 'x-csrf-token': `${csrf}x` },
      { 'x-csrf-token': csrf, origin: 'https://evil.example' },
      { 'x-csrf-token': csrf, origin: 'null' },
      { 'x-csrf-token': csrf, 'sec-fetch-site': 'cross-site' },
      // Any host may be named by whoever makes a request, but not by a page that a browser sends it for.
      { 'x-csrf-token': csrf, origin: 'http://localhost.evil.example' },
    ]) {
      const { statusCode } = await server.http.inject(sent(headers));
      // A form on a route that takes none is not even read.
      if (statusCode !== 403 && !(statusCode === 415 && Object.keys(headers).length === 0))
        passed.push(`${method} ${url} ${type} ${JSON.stringify(headers)}: ${statusCode}`);
    }
  }
  expect(passed).toEqual([]);
  expect(await tenants.store.ledger.events()).toEqual([]);
  expect((await server.http.inject({ url: '/api/v1/session', headers: { cookie } })).statusCode).toBe(200);
}, 120_000);

import type { InjectOptions } from 'fastify';
import { describe, expect, test } from 'vitest';
import { roles } from '../../../src/core/access/rules.js';
import { twoTenants } from '../../support/tenants.js';
import { entrance, type Entrance } from '../support/entry.js';
import { declaredRoutes, type DeclaredRoute } from '../support/server.js';
import { openRoutes, table } from './table.js';

const methods: readonly string[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** A request of that route that means nothing: whether it may be asked is decided before it is read. */
function requestOf({ method, url }: DeclaredRoute): InjectOptions {
  const bytes = url === '/api/v1/attachments' && method === 'POST';
  return {
    method: method,
    url: url.replace(/:\w+/g, 'none').replace(/\*$/, 'none'),
    ...(bytes
      ? { payload: Buffer.from('x'), headers: { 'content-type': 'application/octet-stream' } }
      : method === 'GET' || method === 'DELETE'
        ? {}
        : { payload: {} }),
  };
}

test('every route names its action, or is one of those that are open to anybody', async () => {
  const { http } = entrance(await twoTenants());
  const routes = declaredRoutes(http);
  await http.ready();
  const own = routes.filter(({ url }) => !url.startsWith('/docs'));
  expect(own.length).toBeGreaterThan(30);
  expect(own.filter(({ method }) => !methods.includes(method))).toEqual([]);
  const open = own.filter(({ access }) => access === 'open').map(({ method, url }) => `${method} ${url}`);
  expect(open.filter((route) => !openRoutes.includes(route))).toEqual([]);
  expect(own.filter(({ access }) => access !== 'open' && !(access in table))).toEqual([]);
});

describe('the table of roles and routes', () => {
  test.each([...roles, 'nobody'] as const)('holds for %s, on every route there is', async (role) => {
    const server: Entrance = entrance(await twoTenants());
    const routes = declaredRoutes(server.http);
    await server.http.ready();
    // Somebody has closed the door.
    const admin = await server.tokenOf('admin');
    const token = role === 'nobody' ? null : role === 'admin' ? admin : await server.tokenOf(role);
    const wrong: string[] = [];
    for (const route of routes) {
      if (route.access === 'open') continue;
      const asked = requestOf(route);
      const { statusCode } = await (token === null ? server.http.inject(asked) : server.as(token, asked));
      const may = role !== 'nobody' && table[route.access as keyof typeof table].includes(role);
      const expected = may
        ? ![401, 403].includes(statusCode)
        : statusCode === (role === 'nobody' ? 401 : 403);
      if (!expected || statusCode >= 500) wrong.push(`${role} ${route.method} ${route.url}: ${statusCode}`);
    }
    expect(wrong).toEqual([]);
  });
});

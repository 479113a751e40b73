import { expect, test } from 'vitest';
import { twoTenants } from '../support/tenants.js';
import { entrance } from '../http/support/entry.js';
import { password, textOf, visitor } from '../http/support/portal.js';

test('whoever comes before there is anybody to sign in as is told how to make the first one', async () => {
  const server = entrance(await twoTenants());
  for (const [language, said] of [
    ['en', 'No users exist yet.'],
    ['zh-CN', '目前还没有可登录的用户'],
    ['zh-TW', '目前還沒有可登入的使用者'],
  ] as const) {
    const page = await visitor(server).get('/sign-in', { 'accept-language': language });
    expect(textOf(page)).toContain(said);
    expect(page.body).toContain('<code>pop-sla user add NAME --role admin</code>');
    expect(page.body).not.toContain('type="password"');
  }
  await server.registry.addUser({ name: 'ann', roles: ['admin'], customer: null, password });
  const page = await visitor(server).get('/sign-in');
  expect(page.body).toContain('type="password"');
  expect(page.body).not.toContain('pop-sla user add');
});

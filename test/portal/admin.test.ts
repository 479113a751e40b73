import { beforeEach, describe, expect, test } from 'vitest';
import { createTicketBacklog } from '../../src/services/tickets/service.js';
import { createLedgerService } from '../../src/services/ledger/service.js';
import { networkEventNames } from '../../src/core/network-event.js';
import { addedKinds } from '../../src/core/target-kinds.js';
import { twoTenants, type Tenants } from '../support/tenants.js';
import { entrance, type Entrance } from '../http/support/entry.js';
import { password, signedIn, textOf, visitor } from '../http/support/portal.js';

let tenants: Tenants;
let server: Entrance;
beforeEach(async () => {
  tenants = await twoTenants();
  const { store, config, now } = tenants;
  const on = { store, config: () => config, now };
  const ticketBacklog = createTicketBacklog({ ...on, ledger: createLedgerService(on) });
  server = entrance(tenants, { faults: { ticketBacklog, now } });
});
const evil = '<script>alert(1)</script>';
const traced = async () =>
  (await tenants.store.access.trail.list({ after: 0, limit: 100 })).map(
    ({ action, target, status }) => `${action} ${target} ${status}`,
  );

describe('users', () => {
  test('are added, given another password and locked out by forms, and each is in the trail', async () => {
    const admin = await signedIn(server, 'admin');
    const added = await admin.post('/users', { name: 'Zoe', password, roles: 'noc' });
    expect([added.statusCode, added.headers.location]).toEqual([303, '/users?done=add']);
    const list = await admin.get('/users?done=add');
    expect(textOf(list)).toMatch(/User added.*Zoe NOC/);
    const zoe = visitor(server);
    expect((await zoe.post('/sign-in', { name: 'Zoe', password })).statusCode).toBe(303);
    expect((await zoe.get('/mesh')).statusCode).toBe(200);
    const other = 'Battery-staple-2';
    expect((await admin.post('/users/Zoe/password', { password: other })).headers.location).toBe(
      '/users?done=password',
    );
    expect((await admin.post('/users/Zoe/email', { email: 'zoe@carrier.example' })).headers.location).toBe(
      '/users?done=email',
    );
    const refused = await admin.post('/users/Zoe/email', { email: 'zoe, eve@carrier.example' });
    expect([refused.statusCode, textOf(refused)]).toEqual([400, expect.stringContaining('email')]);
    expect((await admin.get('/users')).body).toContain('value="zoe@carrier.example"');
    expect((await zoe.get('/mesh')).statusCode).toBe(303);
    expect((await zoe.post('/sign-in', { name: 'Zoe', password: other })).statusCode).toBe(303);
    expect((await admin.post('/users/Zoe/disable', {})).statusCode).toBe(303);
    expect((await zoe.get('/mesh')).statusCode).toBe(303);
    expect(textOf(await admin.get('/users'))).toContain('disabled');
    expect(await traced()).toEqual(
      expect.arrayContaining([
        ...[
          'users:write /users 303',
          'users:write /users/Zoe/password 303',
          'users:write /users/Zoe/disable 303',
        ],
      ]),
    );
  });

  test('who can not be added stand beside why, in the language of the page, without the password', async () => {
    const admin = await signedIn(server, 'admin');
    const weak = await admin.post(
      '/users',
      { name: evil, password: 'secret-word', roles: 'customer' },
      { 'accept-language': 'zh-CN' },
    );
    expect([weak.statusCode, weak.body.includes('secret-word'), weak.body.includes(evil)]).toEqual([
      ...[400, false, false],
    ]);
    expect(textOf(weak)).toContain('客户：未填写：该角色须指定客户');
    const again = await admin.post('/users', { name: 'admin', password, roles: 'admin' });
    expect(textOf(again)).toContain('Name is already in use: admin');
    expect(again.body).toMatch(/value="admin" checked/);
    expect(textOf(await admin.post('/users/nobody/disable', {}))).toContain('Not found: nobody');
  });

  test('and tokens are the business of administrators only', async () => {
    for (const role of ['noc', 'finance', 'approver', 'customer', 'reseller'] as const) {
      const one = await signedIn(server, role);
      for (const url of ['/users', '/tokens']) {
        expect([role, (await one.get(url)).statusCode]).toEqual([role, 403]);
        expect((await one.post(url, { name: 'x', password, roles: 'admin' })).statusCode).toBe(403);
        expect((await one.get('/faults')).body).not.toContain(`href="${url}"`);
      }
    }
    expect((await server.registry.users()).map(({ name }) => name)).not.toContain('x');
    expect(await server.registry.tokens()).toEqual([]);
    const admin = await signedIn(server, 'admin');
    expect((await admin.get('/mesh')).body).toContain('href="/users"');
    expect((await admin.post('/users', { _csrf: 'x', name: 'x', password, roles: 'admin' })).statusCode).toBe(
      403,
    );
  });
});

describe('tokens', () => {
  test('are made by a form, shown once, and revoked', async () => {
    const admin = await signedIn(server, 'admin');
    const fields = {
      name: 'billing export',
      roles: 'finance',
      scopes: 'credits, statements:read',
      days: '30',
    };
    const made = await admin.post('/tokens', fields, { 'idempotency-key': 'k1' });
    expect(made.statusCode).toBe(201);
    const token = /popsla_[\w-]+/.exec(made.body)?.[0] ?? '';
    expect(textOf(made)).toContain('Copy it now');
    const asked = (url: string) => server.http.inject({ url, headers: { authorization: `Bearer ${token}` } });
    expect((await asked('/api/v1/pops')).statusCode).toBe(403);
    expect((await asked('/api/v1/session')).statusCode).toBe(403);
    const [record] = await server.registry.tokens();
    expect(record).toMatchObject({
      name: 'billing export',
      roles: ['finance'],
      scopes: ['credits', 'statements:read'],
      expiresAt: server.clock.now + 30 * 86_400_000,
    });
    const list = await admin.get('/tokens');
    expect([list.body.includes(token), textOf(list).includes('credits, statements:read')]).toEqual([
      false,
      true,
    ]);
    // The same key again makes another one: what is secret was kept for none.
    const twice = await admin.post('/tokens', fields, { 'idempotency-key': 'k1' });
    expect(twice.body).not.toContain(token);
    expect((await admin.post(`/tokens/${record?.id ?? ''}/revoke`, {})).headers.location).toBe(
      '/tokens?done=revoke',
    );
    expect((await asked('/api/v1/pops')).statusCode).toBe(401);
    expect(textOf(await admin.get('/tokens?done=revoke'))).toMatch(/Token revoked.*revoked/);
    expect((await admin.post('/tokens/none/revoke', {})).statusCode).toBe(400);
    const never = await admin.post('/tokens', { name: 'x', roles: 'noc', days: 'never' });
    expect(textOf(never)).toContain('never');
    const wrong = await admin.post('/tokens', { name: '', roles: 'noc', scopes: evil });
    expect([wrong.statusCode, wrong.body.includes(evil)]).toEqual([400, false]);
  });
});

describe('notifications', () => {
  test('of a customer are its own to see, add and remove', async () => {
    const alpha = await signedIn(server, 'customer');
    const added = await alpha.post('/notifications', {
      kind: 'mail',
      address: 'noc@alpha.example',
      events: 'report-filed',
      language: 'zh-TW',
      customer: 'beta',
    });
    expect([added.statusCode, added.headers.location]).toEqual([303, '/notifications?done=add']);
    const list = await alpha.get('/notifications');
    expect(textOf(list)).toMatch(/noc@alpha\.example mail new report 繁體中文 customer/);
    expect(list.body).not.toContain('name="customer"');
    const beta = await signedIn(server, 'customer', { customer: 'beta', name: 'bea' });
    expect((await beta.get('/notifications')).body).not.toContain('noc@alpha.example');
    const remove = /\/notifications\/[\w-]+\/remove/.exec(list.body)?.[0] ?? '';
    expect((await beta.post(remove, {})).statusCode).toBe(400);
    const noc = await signedIn(server, 'noc');
    expect((await noc.get('/notifications')).body).toContain('noc@alpha.example');
    expect((await alpha.post(remove, {})).headers.location).toBe('/notifications?done=remove');
    expect((await alpha.get('/notifications')).body).not.toContain('noc@alpha.example');
    expect((await (await signedIn(server, 'finance')).get('/notifications')).statusCode).toBe(403);
  });

  test('of the network go to pagers and chats, with the key of the service; customers are offered neither', async () => {
    const noc = await signedIn(server, 'noc');
    const form = await noc.get('/notifications');
    for (const kind of addedKinds) expect(form.body, kind).toContain(`name="kind" value="${kind}"`);
    for (const event of networkEventNames)
      expect(form.body, event).toContain(`name="events" value="${event}"`);
    expect(textOf(form)).toContain('There are no quiet hours');
    const pager = {
      kind: 'pagerduty',
      address: 'https://events.pagerduty.com/v2/enqueue',
      // A browser sends the boxes that were ticked when the form was opened.
      events: ['report-filed', 'outage.opened'],
      customer: '',
    };
    const fields = new URLSearchParams(
      Object.entries(pager).flatMap(([key, value]) =>
        [value].flat().map((one): [string, string] => [key, one]),
      ),
    );
    const csrf = /name="_csrf" value="([^"]+)"/.exec(form.body)?.[1] ?? '';
    const send = (more: Record<string, string>) =>
      noc.send({
        method: 'POST',
        url: '/notifications',
        payload: `${fields.toString()}&${new URLSearchParams({ _csrf: csrf, ...more }).toString()}`,
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      });
    const keyless = await send({});
    expect([keyless.statusCode, textOf(keyless)]).toEqual([400, expect.stringContaining('Key is missing')]);
    const key = 'R0UT1NGKEY0123456789';
    const added = await send({ secret: key });
    expect([added.statusCode, added.headers.location]).toEqual([303, '/notifications?done=add']);
    const list = await noc.get('/notifications');
    expect(textOf(list)).toMatch(
      /events\.pagerduty\.com\/v2\/enqueue PagerDuty the operator outage started English/,
    );
    expect(list.body).not.toContain(key);
    const customer = await (await signedIn(server, 'customer')).get('/notifications');
    expect(customer.body).not.toMatch(/value="(?:slack|outage\.opened)"|name="secret"/);
  });

  test('by webhooks show their secret once, and go to no address of the house', async () => {
    const noc = await signedIn(server, 'noc');
    const hook = {
      kind: 'webhook',
      address: 'https://hooks.example/x',
      events: 'suggestion',
      customer: 'beta',
    };
    const added = await noc.post('/notifications', hook);
    expect(added.statusCode).toBe(201);
    const secret = /class="mono secret">([\w-]{20,})</.exec(added.body)?.[1] ?? '';
    expect(secret).not.toBe('');
    const list = await noc.get('/notifications');
    expect([
      list.body.includes(secret),
      textOf(list).includes('https://hooks.example/x webhook beta'),
    ]).toEqual([...[false, true]]);
    const inside = await noc.post('/notifications', { ...hook, address: 'https://127.0.0.1/x' });
    expect([inside.statusCode, textOf(inside)]).toEqual([
      400,
      expect.stringContaining('127.0.0.1 is not allowed as a webhook address'),
    ]);
    const none = await noc.post(
      '/notifications',
      { kind: 'mail', address: evil },
      { 'accept-language': 'zh-TW' },
    );
    expect([none.statusCode, none.body.includes(evil)]).toEqual([400, false]);
    expect(textOf(none)).toContain('位址：不是有效的電子郵件地址');
  });
});

describe('the overview', () => {
  test('says who has access by name, what fails, and that nothing can be sealed without a key', async () => {
    const admin = await signedIn(server, 'admin');
    const text = textOf(await admin.get('/admin'));
    expect(text).toMatch(/Administrator admin/);
    expect(text).toMatch(/Signing key .*pop-sla keys make/);
    expect(text).toMatch(/\d (?:things? need|item)/);
    // Whoever administers nothing has no such page.
    expect((await (await signedIn(server, 'finance')).get('/admin')).statusCode).toBe(403);
  });
});

import type { InjectOptions } from 'fastify';
import { describe, expect, test } from 'vitest';
import { networkOf } from '../../../src/http/rate.js';
import { twoTenants, type Tenants } from '../../support/tenants.js';
import { entrance } from '../support/entry.js';

const withHttp = (tenants: Tenants, http: Partial<Tenants['config']['http']>): Tenants => ({
  ...tenants,
  config: { ...tenants.config, http: { ...tenants.config.http, ...http } },
});

describe('a name of elsewhere that was made to point at this machine', () => {
  test('gets a browser nothing, while nobody has to sign in', async () => {
    const { http } = entrance(await twoTenants());
    const ask = (host: string, more: InjectOptions = {}) =>
      http.inject({ url: '/api/v1/availability?month=2026-10', headers: { host }, ...more });
    for (const host of [
      'evil.example',
      'evil.example:9720',
      '127.0.0.1.evil.example',
      '192.0.2.1',
      'localhost.evil',
    ])
      for (const more of [{}, { method: 'HEAD' as const }, { url: '/services' }, { url: '/api/v1/config' }])
        expect([host, (await ask(host, more)).statusCode]).toEqual([host, 403]);
    for (const host of ['127.0.0.1:9720', 'localhost', 'LOCALHOST:80', '[::1]:9720'])
      expect([host, (await ask(host)).statusCode]).toEqual([host, 200]);
    // Prometheus may know this machine by any name.
    expect((await ask('here.example', { url: '/metrics' })).statusCode).toBe(200);
  });

  test('does not matter to who shows a token', async () => {
    const server = entrance(await twoTenants());
    const token = await server.tokenOf('noc');
    const headers = { host: 'sla.example' };
    expect((await server.as(token, { url: '/api/v1/pops', headers })).statusCode).toBe(200);
  });
});

describe('whoever changes addresses', () => {
  test.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:192.0.2.1', '192.0.2.1'],
    ['::1', '0:0:0:0::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:0DB8:0:0:ffff::', '2001:db8:0:0::/64'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2:3:4:192.0.2.1', '2001:db8:1:2::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['nothing', 'nothing'],
  ])('%s is of %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });

  test('within 64 bits of IPv6, or in a header, has no more requests than others', async () => {
    const server = entrance(withHttp(await twoTenants(), { requestsPerMinute: 3 }));
    const token = await server.tokenOf('noc');
    const from = async (remoteAddress: string, headers = {}) =>
      (await server.as(token, { url: '/api/v1/pops', remoteAddress, headers })).statusCode;
    const answers = [];
    for (let n = 1; n < 6; n += 1) answers.push(await from(`2001:db8:1:2:${n}::${n}`));
    expect(answers).toEqual([200, 200, 200, 429, 429]);
    expect(await from('2001:db8:1:3::1')).toBe(200);
    answers.length = 0;
    for (let n = 1; n < 6; n += 1)
      answers.push(
        await from('198.51.100.1', { 'x-forwarded-for': `192.0.2.${n}`, forwarded: `for=192.0.2.${n}` }),
      );
    expect(answers).toEqual([200, 200, 200, 429, 429]);
  });

  test('has no more guesses at passwords, as whoever it is and from wherever it says that it comes', async () => {
    const server = entrance(
      withHttp(await twoTenants(), { trustedProxies: [{ address: '10.0.0.0', prefix: 8 }] }),
    );
    await server.registry.addUser({ name: 'ann', roles: ['noc'], customer: null, password: 'Correct-1' });
    const guess = async (name: string, remoteAddress: string, forwarded: string) => {
      const headers = { 'x-forwarded-proto': 'https', 'x-forwarded-for': forwarded };
      const payload = { name, password: 'wrong' };
      const url = '/api/v1/session';
      return (await server.http.inject({ method: 'POST', url, payload, remoteAddress, headers })).statusCode;
    };
    const answers: number[] = [];
    // What stands before the address that the proxy added is the asker's own invention.
    for (let n = 0; n < 21; n += 1)
      answers.push(await guess(`nobody-${n}`, '10.0.0.1', `192.0.2.${n}, 2001:db8:7:7::${n}`));
    expect(answers).toEqual([...Array.from({ length: 20 }, () => 401), 429]);
    expect(await guess('nobody-22', '10.0.0.1', '2001:db8:7:8::1')).toBe(401);
  });
});

describe('a text that no database has', () => {
  test('is refused wherever one is asked for or said', async () => {
    const server = entrance(await twoTenants());
    const admin = await server.tokenOf('admin');
    const said = 'has characters that are no text; allowed: a text of at most';
    for (const url of [
      ...['customers/%00', 'tokens/%00/revoke', 'users/a%00/disable', 'persons/%00', 'plans/%00'],
      ...['fault-reports?owner=%00', 'outages?port=%00', 'credits?customer=a%00b', 'statements?service=%00'],
      ...['fault-reports/%00', 'exclusions/%00', 'statements/2026-10/%00'],
    ]) {
      const method = /revoke|disable/.test(url) ? 'POST' : 'GET';
      const answer = await server.as(admin, { method, url: `/api/v1/${url}` });
      expect([url, answer.statusCode, answer.body]).toEqual([url, 400, expect.stringContaining(said)]);
    }
    for (const text of ['\u0000', 'a\ud800b', '\udc00'])
      for (const [url, body] of [
        ['fault-reports', { text, customer: 'alpha' }],
        ['fault-reports', { text: 'x', customer: text }],
        ['customers', { id: 'x', name: text }],
        ['notification-targets', { kind: 'mail', address: text, events: ['*'] }],
        ['outages', { port: 'SIN', from: '2026-10-01', to: '2026-10-02', reason: text }],
        ['persons', { customer: 'alpha', name: text }],
        ['tokens', { name: text, roles: ['noc'] }],
        ['session', { name: text, password: 'x' }],
      ] as const) {
        const answer = await server.as(admin, { method: 'POST', url: `/api/v1/${url}`, payload: body });
        expect([url, text, answer.statusCode]).toEqual([url, text, 400]);
      }
  });
});

describe('where somebody is told', () => {
  const inside = [
    ...[
      'https://127.0.0.1/',
      'https://2130706433/',
      'https://0x7f000001/',
      'https://0177.0.0.1/',
      'https://127.1/',
    ],
    ...[
      'https://[::1]/',
      'https://[::]/',
      'https://[::ffff:127.0.0.1]/',
      'https://[::ffff:7f00:1]/',
      'https://0/',
    ],
    ...['https://[64:ff9b::7f00:1]/', 'https://[2002:7f00:1::]/', 'https://[fe80::1]/', 'https://[fd00::1]/'],
    ...[
      'https://169.254.169.254/',
      'https://10.0.0.1:8443/x',
      'https://１２７.0.0.1/',
      'https://127。0。0。1/',
    ],
    ...[
      'http://192.0.2.1/',
      'http://hook.example/',
      'ftp://hook.example/',
      'file:///etc/passwd',
      'javascript:1',
    ],
    ...[
      'https://ann:secret@hook.example/',
      'https://hook.example/#x',
      'gopher://hook.example/',
      '//hook.example/',
    ],
    ...[
      'https://hook.example/\r\nx: y',
      'https://hook.example /',
      'https://hook.example/\u001b[2J',
      '\u0000',
      '',
    ],
  ];

  test.each([
    [
      'a webhook',
      '/api/v1/notification-targets',
      (address: string) => ({ kind: 'webhook', address, events: ['*'] }),
    ],
    ['a listener', '/tmf-api/troubleTicket/v5/hub', (callback: string) => ({ callback })],
  ])('%s is on the Internet, and nothing but https', async (_what, url, body) => {
    const server = entrance(await twoTenants());
    const alpha = await server.tokenOf('customer');
    const taken: string[] = [];
    for (const address of inside) {
      const answer = await server.as(alpha, { method: 'POST', url, payload: body(address) });
      if (answer.statusCode !== 400) taken.push(`${address} ${answer.statusCode}`);
    }
    expect(taken).toEqual([]);
  });

  test.each([
    'a@b.example\r\nbcc: c@d.example',
    'a@b.example,c@d.example',
    '<a@b.example>',
    'a b@c.example',
    'a@b\u0085.example',
    '"a"@b.example',
  ])('a mail goes to one address: %j', async (address) => {
    const server = entrance(await twoTenants());
    const payload = { kind: 'mail', address, events: ['*'] };
    const url = '/api/v1/notification-targets';
    const answer = await server.as(await server.tokenOf('customer'), { method: 'POST', url, payload });
    expect(answer.statusCode).toBe(400);
  });
});

describe('whoever had a session', () => {
  test('has none after another password, nor after being locked out, by whatever way it came', async () => {
    const server = entrance(await twoTenants());
    for (const end of ['password', 'disable'] as const) {
      await server.registry.addUser({ name: end, roles: ['noc'], customer: null, password: 'Correct-1' });
      const cookies: string[] = [];
      for (let n = 0; n < 2; n += 1) {
        const payload = { name: end, password: 'Correct-1' };
        const answer = await server.http.inject({ method: 'POST', url: '/api/v1/session', payload });
        cookies.push(String(answer.headers['set-cookie']).split(';')[0] ?? '');
      }
      const admin = await server.tokenOf('admin');
      const asked =
        end === 'password'
          ? {
              method: 'PUT' as const,
              url: `/api/v1/users/${end}/password`,
              payload: { password: 'Another-1' },
            }
          : { method: 'POST' as const, url: `/api/v1/users/${end}/disable` };
      expect((await server.as(admin, asked)).statusCode).toBe(204);
      for (const cookie of cookies) {
        expect((await server.http.inject({ url: '/api/v1/pops', headers: { cookie } })).statusCode).toBe(401);
        const page = await server.http.inject({ url: '/mesh', headers: { cookie, accept: 'text/html' } });
        expect([page.statusCode, page.headers['location']]).toEqual([303, '/sign-in?to=%2Fmesh']);
      }
    }
  });
});

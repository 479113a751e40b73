import { beforeEach, describe, expect, test } from 'vitest';
import { portalWords } from '../../src/i18n/portal.js';
import { twoTenants } from '../support/tenants.js';
import { entrance, type Entrance } from '../http/support/entry.js';
import { foreignIn, password, signedIn, textOf, visitor } from '../http/support/portal.js';

let server: Entrance;
beforeEach(async () => {
  server = entrance(await twoTenants());
});
const someone = () =>
  server.registry.addUser({ name: 'ann', roles: ['customer'], customer: 'alpha', password });

describe('signing in', () => {
  test('is where a page sends whoever is not signed in, and back again', async () => {
    await someone();
    const ann = visitor(server);
    const first = await ann.get('/?x=1');
    expect([first.statusCode, first.headers.location]).toEqual([303, '/sign-in?to=%2F%3Fx%3D1']);
    const form = await ann.get('/sign-in?to=%2F%3Fx%3D1');
    expect(form.body).toContain('<input type="hidden" name="to" value="/?x=1">');
    const done = await ann.post('/sign-in', { name: 'ann', password, to: '/?x=1' });
    expect([done.statusCode, done.headers.location]).toEqual([303, '/?x=1']);
    expect((await ann.get('/')).statusCode).not.toBe(401);
    const out = await ann.post('/sign-out', {});
    expect([out.statusCode, out.headers.location]).toEqual([303, '/sign-in']);
    expect((await ann.get('/')).headers.location).toBe('/sign-in');
  });

  test.each(['https://evil.example/', '//evil.example', '/\\evil.example', 'javascript:alert(1)', '/a\r\nb'])(
    'leads to no place of elsewhere: %j',
    async (to) => {
      await someone();
      const ann = visitor(server);
      const form = await ann.get(`/sign-in?to=${encodeURIComponent(to)}`);
      expect([form.statusCode, form.body]).toEqual([
        200,
        expect.stringContaining('<input type="hidden" name="to" value="/">'),
      ]);
      expect((await ann.post('/sign-in', { name: 'ann', password, to })).headers.location).toBe('/');
      expect((await ann.post('/preferences', { to, theme: 'dark' })).headers.location).toBe('/');
    },
  );

  test('says what is wrong beside the form, and keeps the name', async () => {
    await someone();
    const ann = visitor(server);
    const wrong = await ann.post('/sign-in', { name: '<ann>', password: 'x' });
    expect([wrong.statusCode, textOf(wrong)]).toEqual([
      401,
      expect.stringContaining('Wrong name or password.'),
    ]);
    expect(wrong.body).toContain('value="&lt;ann&gt;"');
    expect(wrong.body).not.toContain('<ann>');
    for (let n = 0; n < 5; n += 1) await ann.post('/sign-in', { name: 'ann', password: 'x' });
    const late = await ann.post('/sign-in', { name: 'ann', password });
    expect([late.statusCode, late.headers['retry-after'], textOf(late)]).toEqual([
      429,
      '1',
      expect.stringContaining('Try again in 1 s.'),
    ]);
    const insecure = await ann.send({ url: '/sign-in', remoteAddress: '192.0.2.1' });
    expect(textOf(insecure)).toContain('not loaded over TLS');
    expect(insecure.body).not.toContain('type="password"');
  });

  test('is refused to a form of elsewhere', async () => {
    await someone();
    const origin = { origin: 'https://evil.example' };
    const ann = visitor(server);
    expect((await ann.post('/sign-in', { name: 'ann', password }, origin)).statusCode).toBe(403);
    expect((await ann.post('/preferences', { theme: 'dark' }, origin)).statusCode).toBe(403);
    expect(ann.cookie()).toBe('');
  });

  test('has a button for the provider, where there is one, and no form where nobody has a password', async () => {
    await someone();
    expect((await visitor(server).get('/sign-in')).body).toContain('type="password"');
    const tenants = await twoTenants();
    const plain = entrance(tenants);
    const oidc = {
      start: () => Promise.reject(new Error('no')),
      finish: () => Promise.reject(new Error('no')),
      confirm: () => Promise.resolve(false),
      logOut: () => Promise.reject(new Error('no')),
    };
    const http = { ...tenants.config.http, publicUrl: 'http://127.0.0.1' };
    const provided = entrance(
      { ...tenants, config: { ...tenants.config, http } },
      {
        access: {
          authenticator: plain.authenticator,
          registry: plain.registry,
          oidc,
          store: tenants.store.access,
          now: () => plain.clock.now,
        },
      },
    );
    const page = await visitor(provided).get('/sign-in?to=/x');
    expect(page.body).toContain('href="/auth/oidc/start?to=%2Fx"');
    expect(page.body).not.toContain('type="password"');
    await plain.registry.addUser({ name: 'ann', roles: ['noc'], customer: null, password });
    expect((await visitor(provided).get('/sign-in')).body).toContain('type="password"');
  });
});

describe('a form of somebody who is signed in', () => {
  test('needs the _csrf of the session, whatever way it is sent', async () => {
    const ann = await signedIn(server, 'customer');
    expect((await ann.post('/sign-out', { _csrf: 'x' })).statusCode).toBe(403);
    expect((await ann.send({ method: 'POST', url: '/sign-out' })).statusCode).toBe(403);
    const text = { 'content-type': 'text/plain' };
    const plain = await ann.send({ method: 'POST', url: '/sign-out', payload: '_csrf=x', headers: text });
    expect(plain.statusCode).toBe(403);
    const form = new FormData();
    form.set('_csrf', 'x');
    const parts = new Response(form);
    const sent = await ann.send({
      method: 'POST',
      url: '/sign-out',
      payload: Buffer.from(await parts.arrayBuffer()),
      headers: { 'content-type': parts.headers.get('content-type') ?? '' },
    });
    expect(sent.statusCode).toBe(403);
    expect((await ann.get('/')).headers.location).not.toBe('/sign-in');
    expect((await ann.post('/sign-out', {})).statusCode).toBe(303);
  });
});

describe('what goes wrong', () => {
  test('is told by a page to a browser, and by problem details to others', async () => {
    const ann = await signedIn(server, 'customer');
    const page = await ann.get('/nowhere/<b>');
    expect([page.statusCode, page.headers['content-type'], textOf(page)]).toEqual([
      404,
      'text/html; charset=utf-8',
      expect.stringContaining('There is nothing at this address'),
    ]);
    expect(foreignIn(page)).toEqual([]);
    const json = await ann.get('/nowhere', { accept: 'application/json' });
    expect(json.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    const api = await ann.get('/api/v1/nowhere');
    expect(api.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    expect((await ann.get('/api/v1/pops', { cookie: 'pop-sla=x' })).statusCode).toBe(401);
  });

  test('is told in the language of whoever reads it, with what they may know of it', async () => {
    const zh = { 'accept-language': 'zh-HK,zh;q=0.9,en;q=0.8' };
    expect(textOf(await visitor(server).get('/nowhere', zh))).toContain('找不到');
    const csrf = await (await signedIn(server, 'customer')).post('/sign-out', { _csrf: 'x' });
    expect([csrf.statusCode, textOf(csrf)]).toEqual([403, expect.stringContaining('Not allowed')]);
  });

  test('by a part of a page sends the whole page to sign in', async () => {
    await someone();
    const answer = await visitor(server).get('/', { 'hx-request': 'true', accept: '*/*' });
    expect([answer.statusCode, answer.headers['hx-redirect']]).toEqual([401, '/sign-in']);
  });
});

describe('the language', () => {
  test.each([
    ['en', 'en'],
    ['zh-CN,zh;q=0.9,en;q=0.8', 'zh-CN'],
    ['zh-HK', 'zh-TW'],
    ['zh-Hant', 'zh-TW'],
    ['fr,zh-TW;q=0.7,en;q=0.3', 'zh-TW'],
    ['fr, de', 'en'],
    ['', 'en'],
    [`${'x,'.repeat(3000)}zh`, 'en'],
  ])('of %j is %s, until another is chosen', async (header, language) => {
    const one = visitor(server);
    const page = await one.get('/sign-in', { 'accept-language': header });
    expect([page.headers['content-language'], page.body]).toEqual([
      language,
      expect.stringContaining(`<html lang="${language}"`),
    ]);
    const chosen = await one.post('/preferences', { language: 'zh-TW', to: '/sign-in' });
    expect([chosen.statusCode, chosen.headers.location]).toEqual([303, '/sign-in']);
    const after = await one.get('/sign-in', { 'accept-language': header });
    expect(after.body).toContain('<html lang="zh-TW"');
  });

  test('has the same words in each of the three', () => {
    const keysOf = (words: object, at = ''): string[] =>
      Object.entries(words).flatMap(([key, value]) =>
        typeof value === 'object' ? keysOf(value as object, `${at}${key}.`) : [`${at}${key}:${typeof value}`],
      );
    const english = keysOf(portalWords.en).sort();
    expect(english.length).toBeGreaterThan(40);
    expect(keysOf(portalWords['zh-CN']).sort()).toEqual(english);
    expect(keysOf(portalWords['zh-TW']).sort()).toEqual(english);
    const empty = JSON.stringify(portalWords).match(/"":|:""/g);
    expect(empty).toBeNull();
  });
});

test('the colours are those of the system until somebody chooses', async () => {
  const one = visitor(server);
  expect((await one.get('/sign-in')).body).toContain('data-theme="auto"');
  await one.post('/preferences', { theme: 'dark' });
  expect((await one.get('/sign-in')).body).toContain('data-theme="dark"');
  expect((await one.post('/preferences', { theme: 'pink' })).statusCode).toBe(400);
});

test('styles and scripts come from here, may be kept for ever, and change their address with their content', async () => {
  const page = await visitor(server).get('/sign-in');
  expect(foreignIn(page)).toEqual([]);
  const files = [...page.body.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, url]) => url ?? '');
  expect(files.length).toBeGreaterThanOrEqual(3);
  for (const url of files) {
    const file = await server.http.inject(url);
    expect([url, file.statusCode, file.headers['cache-control']]).toEqual([
      url,
      200,
      'public, max-age=31536000, immutable',
    ]);
    const { etag = '' } = file.headers;
    const again = await server.http.inject({ url, headers: { 'if-none-match': etag } });
    expect(again.statusCode).toBe(304);
    expect((await server.http.inject(url.replace(/[0-9a-f]{16}/, '0'.repeat(16)))).statusCode).toBe(404);
  }
  expect((await server.http.inject('/assets/x/..%2f..%2fportal.ts')).statusCode).toBe(404);
});

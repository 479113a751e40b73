import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { twoTenants } from '../../support/tenants.js';
import { entrance } from '../support/entry.js';
import { declaredRoutes } from '../support/server.js';

/** A server without a limit of requests, and what an admin asks it. */
async function setUp() {
  const tenants = await twoTenants();
  const http = { ...tenants.config.http, requestsPerMinute: 1_000_000 };
  const server = entrance({ ...tenants, config: { ...tenants.config, http } });
  const routes = declaredRoutes(server.http);
  await server.http.ready();
  return { server, routes, admin: await server.tokenOf('admin'), store: tenants.store };
}

const deep = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;
const binary = Buffer.from(Array.from({ length: 4096 }, (_, n) => (n * 197 + 13) % 256));
const bodies: readonly [string, string, string | Buffer, Record<string, string>?][] = [
  ['binary JSON', 'application/json', binary],
  ['a nest', 'application/json', deep(50_000)],
  ['a nest in an object', 'application/json', `{"name":${deep(50_000)}}`],
  ['a prototype', 'application/json', '{"__proto__":{"roles":["admin"]},"constructor":{"prototype":{}}}'],
  ['one number', 'application/json', '1e999'],
  ['half a character', 'application/json', '{"name":"\\ud800","id":"\\u0000","text":"\\ud800"}'],
  ['a form', 'application/x-www-form-urlencoded', 'name=x&name=y&a[b]=c'],
  [
    'parts',
    'multipart/form-data; boundary=x',
    '--x\r\ncontent-disposition: form-data; name="a"\r\n\r\nb\r\n--x--',
  ],
  ['bytes', 'application/octet-stream', binary],
  ['a table', 'text/csv', binary],
  ['a patch', 'application/merge-patch+json', binary],
  ['an odd type', 'application/x-\u00ff', 'x'],
  ['packed JSON', 'application/json', gzipSync('{"name":"x"}'), { 'content-encoding': 'gzip' }],
];

test('a body that is none is refused by every route, and changes nothing', async () => {
  const { server, routes, admin, store } = await setUp();
  const writing = routes.filter(({ method, url }) => method !== 'GET' && !url.startsWith('/docs'));
  expect(writing.length).toBeGreaterThan(60);
  const before = (await store.ledger.events()).length;
  for (const [place, { method, url }] of writing.entries()) {
    if (url === '/api/v1/session') continue;
    const to = url.replace(/:\w+/g, 'none');
    // A third of them each, and so each of them at a third of the routes: every refusal is written down.
    for (const [what, type, payload, more = {}] of bodies.filter((_, n) => (n + place) % 3 === 0)) {
      const asked = { method: method as 'POST', url: to, payload };
      const answer = await server.as(admin, { ...asked, headers: { 'content-type': type, ...more } });
      const shown = [method, url, what, answer.statusCode, answer.body.slice(0, 300)];
      // What takes files takes any of them.
      expect(answer.statusCode < 500, shown.join(' ')).toBe(true);
      // A page tells people, a route programs.
      if (answer.statusCode >= 400)
        expect(answer.headers['content-type'], shown.join(' ')).toMatch(
          url.startsWith('/api/') || url.startsWith('/tmf-api/')
            ? /^application\/problem\+json/
            : /^(application\/problem\+json|text\/html)/,
        );
    }
  }
  expect((await store.ledger.events()).length).toBe(before);
  expect({}).not.toHaveProperty('roles');
}, 240_000);

describe('a path or a header that says more than it should', () => {
  const strange = [
    ...['..%2f..%2fetc%2fpasswd', '%2e%2e/%2e%2e/etc/passwd', '..\\..\\etc\\passwd', '%00', 'a%00b'],
    ...['x%0d%0aset-cookie:%20a=b', '%22;%20filename=%22x.exe', '%c0%ae%c0%ae', '%ff', '"><script>', '⁄⁄'],
  ];

  test('leads nowhere', async () => {
    const { server, routes, admin } = await setUp();
    const reading = routes.filter(({ method, url }) => method === 'GET' && /:(?!month\b)/.test(url));
    expect(reading.length).toBeGreaterThan(15);
    for (const { url } of reading) {
      for (const text of strange) {
        const asked = url.replace(':month', '2026-10').replace(/:\w+/g, text);
        const answer = await server.as(admin, asked);
        const shown = `${asked} ${answer.statusCode} ${answer.body.slice(0, 200)}`;
        expect([400, 404, 409].includes(answer.statusCode), shown).toBe(true);
        expect(answer.headers['set-cookie'], shown).toBeUndefined();
        expect(JSON.stringify(answer.headers), shown).not.toMatch(/<script|a=b|x\.exe/);
        expect(answer.body).not.toContain('root:');
      }
    }
  });

  test('is told apart from the next request', async () => {
    const { server } = await setUp();
    const address = await server.http.listen({ host: '127.0.0.1', port: 0 });
    const { port } = new URL(address);
    const raw = (text: string | Buffer): Promise<string> =>
      new Promise((resolve, reject) => {
        const socket = connect(Number(port), '127.0.0.1', () => socket.end(text));
        let said = '';
        socket.setEncoding('latin1').on('data', (chunk: string) => (said += chunk));
        socket.on('close', () => {
          resolve(said);
        });
        socket.on('error', reject);
        onTestFinished(() => {
          socket.destroy();
        });
      });
    const host = `Host: 127.0.0.1:${port}\r\n`;
    for (const bad of [
      `GET /healthz HTTP/1.1\r\n${host}X: a\u0000b\r\n\r\n`,
      `GET /healthz HTTP/1.1\r\n${host}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /x HTTP/1.1\r\n\r\n`,
      `GET /healthz HTTP/1.1\r\n${host}Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx`,
      `GET /healthz HTTP/1.1\r\n${host}A : b\r\n\r\n`,
      `GET /healthz HTTP/1.1\r\n${host}${'X-Long: '.padEnd(20_000, 'x')}\r\n\r\n`,
      'NONSENSE\r\n\r\n',
      binary,
    ])
      expect(await raw(bad)).toMatch(/^HTTP\/1\.1 4\d\d /);
  });
});

describe('a file', () => {
  async function attaching() {
    const { server, admin } = await setUp();
    const get = (url: string) => server.as(admin, url);
    const attach = (route: string, name: string, payload: string | Buffer) =>
      server.as(admin, {
        method: 'POST',
        url: `/api/v1/${route}?name=${encodeURIComponent(name)}`,
        payload,
        headers: { 'content-type': 'application/octet-stream' },
      });
    return { attach, get };
  }

  test('of a false type is not taken as evidence of a fault', async () => {
    const { attach } = await attaching();
    const page = '<!doctype html><script>alert(1)</script>';
    for (const [name, content] of [
      ...[['x.png', page] as const, ['x.jpg', '%PDF-1.7'] as const, ['x.pdf', page] as const],
      ...[['x.html', page] as const, ['x.svg', '<svg onload="alert(1)"/>'] as const],
      ...[['x.json', page] as const, ['x.txt', binary] as const, ['x', page] as const],
      ...[['x.png.exe', 'MZ'] as const, ['../x.txt', 'x'] as const, ['a\r\nb.txt', 'x'] as const],
      ['x.txt', ''] as const,
    ]) {
      const answer = await attach('fault-reports/attachments', name, content);
      expect([name, answer.statusCode]).toEqual([name, 400]);
    }
  });

  test('is never shown in place, whatever is in it', async () => {
    const { attach, get } = await attaching();
    const page = '<!doctype html><script>alert(1)</script>';
    const kept = await attach('attachments', 'page.html', page);
    expect(kept.statusCode).toBe(201);
    const { sha256 } = kept.json<{ sha256: string }>();
    const answer = await get(`/api/v1/attachments/${sha256}`);
    expect(answer.body).toBe(page);
    expect(answer.headers).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-disposition': 'attachment',
      'x-content-type-options': 'nosniff',
    });
    expect(String(answer.headers['content-security-policy'])).toContain("default-src 'none'");
    for (const name of ['../x', 'a/b', 'a\\b', 'a\r\nb', '\u0000', ' ', 'x'.repeat(201), 'a\u2028b'])
      expect([name, (await attach('attachments', name, page)).statusCode]).toEqual([name, 400]);
  });
});

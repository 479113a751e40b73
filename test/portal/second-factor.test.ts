import decodeQr from 'qr/decode.js';
import { Secret, TOTP, URI } from 'otpauth';
import { beforeEach, expect, test } from 'vitest';
import { twoTenants, type Tenants } from '../support/tenants.js';
import { entrance, type Entrance } from '../http/support/entry.js';
import { password, signedIn, textOf, visitor } from '../http/support/portal.js';

let tenants: Tenants;
let server: Entrance;
beforeEach(async () => {
  tenants = await twoTenants();
  server = entrance(tenants);
});

const codeOf = (secret: string): string =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: server.clock.now });

/** What a phone reads in the picture of a page. */
function scanned(html: string): string {
  const size = Number(/class="qr" viewBox="0 0 (\d+) /.exec(html)?.[1]);
  const scale = 4;
  const data = new Uint8Array((size * scale) ** 2 * 4).fill(255);
  for (const [, x = '', y = ''] of html.matchAll(/M(\d+) (\d+)h1v1h-1z/g))
    for (let dy = 0; dy < scale; dy += 1)
      for (let dx = 0; dx < scale; dx += 1) {
        const at = ((Number(y) * scale + dy) * size * scale + Number(x) * scale + dx) * 4;
        data.fill(0, at, at + 3);
      }
  return decodeQr({ width: size * scale, height: size * scale, data });
}

test('a user enrols on a page, by a picture that an app reads, and sees recovery codes once', async () => {
  const admin = await signedIn(server, 'admin');
  expect(textOf(await admin.get('/second-factor'))).toContain('You have no second factor yet');
  const begun = await admin.post('/second-factor', {});
  expect([begun.statusCode, begun.headers['cache-control']]).toEqual([
    200,
    expect.stringContaining('no-store'),
  ]);
  const uri = URI.parse(scanned(begun.body));
  const secret = /<code>([A-Z2-7]{32})<\/code>/.exec(begun.body)?.[1] ?? '';
  expect([uri.secret.base32, uri.issuer]).toEqual([secret, 'pop-sla']);
  const wrong = await admin.post('/second-factor/confirm', { code: '000000' });
  expect([wrong.statusCode, textOf(wrong)]).toEqual([400, expect.stringContaining('code')]);
  expect(wrong.body).not.toContain(secret);
  const done = await admin.post('/second-factor/confirm', { code: codeOf(secret) });
  const codes = [...done.body.matchAll(/<li><code>([A-Z2-7-]+)<\/code><\/li>/g)].map(([, code = '']) => code);
  expect(new Set(codes).size).toBe(10);
  const after = await admin.get('/second-factor');
  expect(textOf(after)).toContain('Recovery codes left: 10');
  expect(after.body).not.toContain(codes[0]);
  expect((await admin.post('/second-factor/remove', { code: 'no' })).statusCode).toBe(400);
  const removed = await admin.post('/second-factor/remove', { code: codes[0] ?? '' });
  expect([removed.statusCode, removed.headers.location]).toEqual([303, '/second-factor?done=remove']);
});

test('who has lost it gets it removed on the page of users, and that is in the trail', async () => {
  const admin = await signedIn(server, 'admin');
  await server.registry.addUser({ name: 'Fin', roles: ['finance'], customer: null, password });
  const fin = visitor(server);
  await fin.post('/sign-in', { name: 'Fin', password });
  const begun = await fin.post('/second-factor', {});
  const secret = /<code>([A-Z2-7]{32})<\/code>/.exec(begun.body)?.[1] ?? '';
  await fin.post('/second-factor/confirm', { code: codeOf(secret) });
  expect((await visitor(server).post('/sign-in', { name: 'Fin', password })).statusCode).toBe(401);
  expect((await fin.post('/users/Fin/factor', {})).statusCode).toBe(403);
  const reset = await admin.post('/users/Fin/factor', {});
  expect([reset.statusCode, reset.headers.location]).toEqual([303, '/users?done=factor']);
  expect((await visitor(server).post('/sign-in', { name: 'Fin', password })).statusCode).toBe(303);
  expect((await admin.post('/users/Fin/factor', {})).statusCode).toBe(400);
  const trail = await tenants.store.access.trail.list({ after: 0, limit: 100 });
  expect(trail.map(({ action, target, status }) => `${action} ${target} ${status}`)).toContain(
    'users:write /users/Fin/factor 303',
  );
});

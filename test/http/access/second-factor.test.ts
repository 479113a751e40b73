import { TOTP, Secret } from 'otpauth';
import { beforeEach, describe, expect, test } from 'vitest';
import { createHashQueue } from '../../../src/services/access/hash-queue.js';
import { twoTenants, type Tenants } from '../../support/tenants.js';
import { entrance, type Entrance } from '../support/entry.js';

const password = 'Correct-horse-1';
let tenants: Tenants;
let server: Entrance;
beforeEach(async () => {
  tenants = await twoTenants();
  server = entrance(tenants);
  await server.registry.addUser({ name: 'Fin', roles: ['finance'], customer: null, password });
  await server.registry.addUser({ name: 'Ann', roles: ['noc'], customer: null, password });
});

const post = (
  url: string,
  payload: object,
  headers: Record<string, string> = {},
  remoteAddress = '127.0.0.1',
) => server.http.inject({ method: 'POST', url, payload, headers, remoteAddress });

async function signedIn(name: string, code?: string) {
  const answer = await post('/api/v1/session', { name, password, code });
  const { csrf = '' } = answer.json<{ csrf?: string }>();
  const [session = '', device = ''] = [answer.headers['set-cookie'] ?? []]
    .flat()
    .map((one) => one.split(';')[0] ?? '');
  return { answer, device, headers: { cookie: session, 'x-csrf-token': csrf } };
}

const codeOf = (secret: string): string =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: server.clock.now });

const factor = '/api/v1/session/second-factor';
async function enrolled(name: string) {
  const { headers } = await signedIn(name);
  const { secret } = (await post(factor, {}, headers)).json<{ secret: string; uri: string }>();
  const confirmed = await post(`${factor}/confirm`, { code: codeOf(secret) }, headers);
  return { secret, headers, codes: confirmed.json<{ recoveryCodes: string[] }>().recoveryCodes };
}

describe('a second factor', () => {
  test('is asked of who moves money once it is enrolled, and each code is good once', async () => {
    const { secret } = await enrolled('Fin');
    const without = (await signedIn('Fin')).answer;
    expect([without.statusCode, without.json()]).toMatchObject([
      401,
      { detail: 'the user has a second factor; allowed: its code beside the password, as code' },
    ]);
    // The code of the enrolment is used up.
    expect((await signedIn('Fin', codeOf(secret))).answer.statusCode).toBe(401);
    server.clock.now += 30_000;
    const code = codeOf(secret);
    expect((await signedIn('Fin', code)).answer.statusCode).toBe(201);
    expect((await signedIn('Fin', code)).answer.statusCode).toBe(401);
    expect((await signedIn('Fin', '000000')).answer.statusCode).toBe(401);
  });

  test('is nothing that a wrong password tells of', async () => {
    await enrolled('Fin');
    const wrong = await post('/api/v1/session', { name: 'Fin', password: 'Wrong-horse-1' });
    expect(wrong.json()).toMatchObject({ detail: 'the name or the password is wrong' });
  });

  test('gives way to a recovery code, once', async () => {
    const { codes, headers } = await enrolled('Fin');
    expect(new Set(codes).size).toBe(10);
    expect((await signedIn('Fin', codes[3])).answer.statusCode).toBe(201);
    expect((await signedIn('Fin', codes[3])).answer.statusCode).toBe(401);
    expect((await signedIn('Fin', codes[4]?.toLowerCase().replaceAll('-', ' '))).answer.statusCode).toBe(201);
    const state = await server.http.inject({ url: factor, headers });
    expect(state.json()).toEqual({ enrolled: true, recoveryCodes: 8 });
  });

  test('is removed with a code only, and is not asked of other roles', async () => {
    const { headers, codes } = await enrolled('Fin');
    expect((await post(`${factor}/remove`, { code: '123' }, headers)).statusCode).toBe(400);
    expect((await post(`${factor}/remove`, { code: codes[0] }, headers)).statusCode).toBe(204);
    expect((await signedIn('Fin')).answer.statusCode).toBe(201);
    await enrolled('Ann');
    expect((await signedIn('Ann')).answer.statusCode).toBe(201);
  });
});

describe('sign-in', () => {
  const failFrom = async (network: number, name = 'Fin') => {
    for (let n = 0; n < 9; n += 1) await server.authenticator.signIn(name, 'wrong', `192.0.2.${network}`);
  };

  test('of a person is locked by no stranger', async () => {
    for (let network = 1; network < 20; network += 1) await failFrom(network);
    expect((await signedIn('Fin')).answer.statusCode).toBe(201);
  });

  test('lets a browser through that signed in before, and no other one, where the network has failed', async () => {
    const { device } = await signedIn('Fin');
    for (let n = 0; n < 9; n += 1) await post('/api/v1/session', { name: 'Fin', password: 'wrong' });
    expect((await signedIn('Fin')).answer.statusCode).toBe(429);
    const again = await post('/api/v1/session', { name: 'Fin', password }, { cookie: device });
    expect(again.statusCode).toBe(201);
    const forged = { cookie: `pop-sla-device=${'A'.repeat(43)}` };
    for (let n = 0; n < 9; n += 1) await post('/api/v1/session', { name: 'Fin', password: 'wrong' });
    expect((await post('/api/v1/session', { name: 'Fin', password }, forged)).statusCode).toBe(429);
  });

  test('lets nobody guess a password by a right code and a device made up each time', async () => {
    const { secret } = await enrolled('Fin');
    server.clock.now += 30_000;
    for (let n = 0; n < 9; n += 1) await post('/api/v1/session', { name: 'Fin', password: 'wrong' });
    const statuses: number[] = [];
    for (let n = 0; n < 8; n += 1) {
      const cookie = `pop-sla-device=${String(n).repeat(43)}`;
      const payload = { name: 'Fin', password: 'wrong', code: codeOf(secret) };
      statuses.push((await post('/api/v1/session', payload, { cookie })).statusCode);
    }
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429, 429]);
  });

  test('counts a hundred wrong passwords at once as a hundred, and lets an honest one pass', async () => {
    const wrong = Array.from({ length: 100 }, () => server.authenticator.signIn('Ann', 'wrong', '192.0.2.7'));
    const honest = await server.authenticator.signIn('Fin', password, '192.0.2.8');
    expect(honest).toHaveProperty('session');
    const answers = await Promise.all(wrong);
    expect(answers.filter((one) => 'waitMs' in one)).toHaveLength(95);
  });

  test('of an honest one is hashed next, whatever a hundred of another network do', async () => {
    // In which order they are hashed: one at a time, each begun when the one before is done.
    const queue = createHashQueue({ concurrent: 1, most: { name: 5, network: 20, all: 200 } });
    const order: string[] = [];
    const sent = (network: string, name: string) =>
      queue.run(network, name, () => Promise.resolve(order.push(network)));
    const wrong = Array.from({ length: 100 }, (_, n) => sent('a', `user-${String(n)}`));
    const honest = sent('b', 'fin');
    const answers = await Promise.all([...wrong, honest]);
    // One is hashed, 20 wait, 79 are turned away; of those that wait the honest one is next but one.
    expect(answers.filter((one) => one === null)).toHaveLength(79);
    expect([order.length, order.indexOf('b')]).toEqual([22, 2]);
  });

  test('lists the other sessions, which can be ended', async () => {
    const first = await signedIn('Ann');
    const second = await signedIn('Ann');
    const { otherSessions } = second.answer.json<{ otherSessions: { id: string; from: string }[] }>();
    expect(otherSessions).toMatchObject([{ from: '127.0.0.1', via: 'password' }]);
    const listed = await server.http.inject({ url: '/api/v1/sessions', headers: second.headers });
    expect(listed.json<{ sessions: object[] }>().sessions).toHaveLength(2);
    const url = `/api/v1/sessions/${otherSessions[0]?.id ?? ''}`;
    const other = await signedIn('Fin');
    const ended = (headers: Record<string, string>) => server.http.inject({ method: 'DELETE', url, headers });
    expect((await ended(other.headers)).statusCode).toBe(404);
    expect((await ended(second.headers)).statusCode).toBe(204);
    expect((await server.http.inject({ url: '/api/v1/pops', headers: first.headers })).statusCode).toBe(401);
  });
});

test('who moves money may do nothing else before it has a second factor, where that is required', async () => {
  const { createAuthenticator } = await import('../../../src/services/access/authenticator.js');
  const secondFactor = { roles: ['finance'] as const, required: true };
  const authenticator = createAuthenticator({
    store: tenants.store.access,
    now: () => server.clock.now,
    sessionMs: 3_600_000,
    idleMs: 3_600_000,
    secondFactor,
  });
  const { registry } = server;
  server = entrance(tenants, {
    access: { authenticator, registry, store: tenants.store.access, now: () => server.clock.now },
  });
  const { headers, answer } = await signedIn('Fin');
  expect(answer.json()).toMatchObject({ scopes: ['session'] });
  const credits = () => server.http.inject({ url: '/api/v1/pops', headers });
  // A browser is sent where it can enrol, and nowhere else.
  const home = await server.http.inject({
    url: '/',
    headers: { cookie: headers.cookie, accept: 'text/html' },
  });
  expect([home.statusCode, home.headers.location]).toEqual([303, '/second-factor']);
  expect((await credits()).statusCode).toBe(403);
  const { secret } = (await post(factor, {}, headers)).json<{ secret: string }>();
  await post(`${factor}/confirm`, { code: codeOf(secret) }, headers);
  expect((await credits()).statusCode).toBe(200);
});

describe('a second factor that was lost', () => {
  test('is removed by who may do what its user may, and the token that may not is refused', async () => {
    await enrolled('Fin');
    const url = '/api/v1/users/Fin/second-factor/reset';
    const reset = async (scopes: readonly string[] | null) =>
      (await server.as(await server.tokenOf('admin', null, scopes), { method: 'POST', url })).statusCode;
    expect(await reset(['users:write'])).toBe(403);
    expect((await signedIn('Fin')).answer.statusCode).toBe(401);
    expect(await reset(null)).toBe(204);
    expect((await signedIn('Fin')).answer.statusCode).toBe(201);
    expect(await reset(null)).toBe(409);
    const trail = await tenants.store.access.trail.list({ after: 0, limit: 100 });
    expect(trail.filter(({ target }) => target === url).map(({ status }) => status)).toEqual([403, 204, 409]);
  });
});

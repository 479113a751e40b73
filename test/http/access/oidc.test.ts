import { createHmac, generateKeyPairSync } from 'node:crypto';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { createAuthenticator } from '../../../src/services/access/authenticator.js';
import { createOidc } from '../../../src/services/access/oidc.js';
import { startProvider, type Claims, type TokenTools } from '../../support/oidc/provider.mjs';
import { twoTenants, type Tenants } from '../../support/tenants.js';
import { entrance } from '../support/entry.js';

const publicUrl = 'http://127.0.0.1:9720';
const redirectUri = `${publicUrl}/auth/oidc/callback`;
const secret = 'a-secret-of-the-client-that-is-long-enough';

type Change = (claims: Claims, tools: TokenTools) => string;

/** Who signs in at the provider: the claims of the account. */
let account: Record<string, unknown>;
let tenants: Tenants;
beforeEach(async () => {
  account = { name: 'Ann Lee', groups: ['sla-operators'] };
  tenants = await twoTenants();
});

async function provider(change: Change | null = null): Promise<string> {
  const claims = () => account;
  const { issuer, stop } = await startProvider({ clientId: 'pop-sla', secret, redirectUri, claims, change });
  onTestFinished(stop);
  return issuer;
}

function setUp(issuer: string, clientSecret: string | null = secret) {
  const { http } = tenants.config;
  const config = {
    issuer,
    clientId: 'pop-sla',
    clientSecretFile: null,
    scopes: ['openid', 'profile'],
    rolesClaim: 'groups',
    customerClaim: 'customer',
    nameClaim: 'name',
    roles: { 'sla-operators': 'noc' as const },
  };
  const auth = { ...http.auth, oidc: config };
  const closed = { ...tenants, config: { ...tenants.config, http: { ...http, publicUrl, auth } } };
  const now = tenants.now;
  const door = createAuthenticator({
    store: tenants.store.access,
    now,
    sessionMs: 3_600_000,
    idleMs: 3_600_000,
  });
  const oidc = createOidc({
    config,
    clientSecret,
    redirectUri,
    door,
    now,
    customers: () => tenants.config.book.customers.map(({ id }) => id),
  });
  const { registry } = entrance(tenants);
  const access = { door, registry, oidc, store: tenants.store.access, now };
  const { http: server } = entrance(closed, { access });
  return server;
}

/** A browser at the provider: goes where it is sent and keeps its cookies, until it is sent back. */
async function signInAt(url: string): Promise<string> {
  const jar = new Map<string, string>();
  for (let next = url, hops = 0; hops < 10; hops += 1) {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await fetch(next, { redirect: 'manual', headers: { cookie } });
    for (const set of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      jar.set(name, value);
    }
    const location = answer.headers.get('location');
    if (location === null) throw new Error(`${answer.status} ${await answer.text()}`);
    next = new URL(location, next).href;
    if (next.startsWith(redirectUri)) return next.slice(publicUrl.length);
  }
  throw new Error('the provider sends in circles');
}

type Http = ReturnType<typeof setUp>;

async function begin(http: Http, to = '/docs/') {
  const start = await http.inject(`/auth/oidc/start?to=${encodeURIComponent(to)}`);
  const cookie = String(start.headers['set-cookie']).split(';')[0] ?? '';
  return { start, cookie, location: String(start.headers.location) };
}

const detailOf = (answer: { readonly body: string }) =>
  (JSON.parse(answer.body) as { detail: string }).detail;

describe('signing in at an OpenID Connect provider', () => {
  test('brings somebody back with a session, by code, PKCE, state and nonce', async () => {
    const http = setUp(await provider());
    const { start, cookie, location } = await begin(http);
    expect(start.statusCode).toBe(302);
    const asked = new URL(location).searchParams;
    expect(asked.get('code_challenge_method')).toBe('S256');
    for (const name of ['state', 'nonce', 'code_challenge'])
      expect(asked.get(name)?.length).toBeGreaterThan(20);
    const callback = await signInAt(location);
    const back = await http.inject({ url: callback, headers: { cookie } });
    expect([back.statusCode, back.headers.location]).toEqual([302, '/docs/']);
    const session = [back.headers['set-cookie']].flat().find((one) => one?.startsWith('pop-sla=')) ?? '';
    const who = await http.inject({
      url: '/api/v1/session',
      headers: { cookie: session.split(';')[0] ?? '' },
    });
    expect(who.json()).toMatchObject({ id: 'oidc:ann-17', name: 'Ann Lee', via: 'oidc', roles: ['noc'] });
    expect(await tenants.store.access.trail.list()).toMatchObject([
      { principal: 'oidc:ann-17', action: 'session:begin', status: 302 },
    ]);
    // A code is good once, and so is the way back.
    expect((await http.inject({ url: callback, headers: { cookie } })).statusCode).toBe(401);
  });

  test('makes a customer of who has one, and nobody of who has no role or no customer', async () => {
    const http = setUp(await provider());
    const arrive = async () => {
      const { cookie, location } = await begin(http);
      return http.inject({ url: await signInAt(location), headers: { cookie } });
    };
    account = { name: 'B', groups: ['customer'], customer: 'beta' };
    expect((await arrive()).statusCode).toBe(302);
    for (const [claims, why] of [
      [{ groups: ['customer'], customer: 'nobody' }, 'nobody of ours: the claim customer names no customer'],
      [{ groups: ['customer', 'noc'], customer: 'beta' }, /beside one of the carrier's own$/],
      [{ groups: ['strangers'] }, 'nobody of ours: the claim groups gives no role'],
      [{}, 'nobody of ours: the claim groups gives no role'],
    ] as const) {
      account = claims;
      const answer = await arrive();
      expect([answer.statusCode, detailOf(answer)]).toEqual([401, expect.stringMatching(why)]);
    }
  });

  test('takes nothing from who did not begin it, with another state, or with a code of elsewhere', async () => {
    const http = setUp(await provider());
    const { cookie, location } = await begin(http);
    const callback = await signInAt(location);
    expect((await http.inject(callback)).statusCode).toBe(401);
    const other = await begin(http);
    expect((await http.inject({ url: callback, headers: { cookie: other.cookie } })).statusCode).toBe(401);
    const third = await begin(http);
    const forged = (await signInAt(third.location)).replace(/code=[^&]+/, 'code=forged');
    expect((await http.inject({ url: forged, headers: { cookie: third.cookie } })).statusCode).toBe(401);
    expect((await http.inject({ url: callback, headers: { cookie } })).statusCode).toBe(302);
  });

  test('goes nowhere but on this site', async () => {
    const http = setUp(await provider());
    for (const to of ['https://evil.example', '//evil.example', '/\\evil.example', 'docs', '/a b']) {
      expect((await http.inject(`/auth/oidc/start?to=${encodeURIComponent(to)}`)).statusCode).toBe(400);
    }
  });

  test('says that the provider does not answer, and that the secret is another', async () => {
    const silent = setUp('http://127.0.0.1:1');
    const answer = await silent.inject('/auth/oidc/start');
    expect([answer.statusCode, detailOf(answer)]).toEqual([
      503,
      'the provider http://127.0.0.1:1 does not answer',
    ]);
    const http = setUp(await provider(), 'another-secret-that-is-long-enough-too');
    const { cookie, location } = await begin(http);
    expect((await http.inject({ url: await signInAt(location), headers: { cookie } })).statusCode).toBe(401);
  });
});

describe('an ID token', () => {
  const seconds = () => Math.floor(Date.now() / 1000);
  const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const hmac = (key: string | Buffer) => (text: string) =>
    createHmac('sha256', key).update(text).digest('base64url');
  const bad: [string, Change][] = [
    ['for another client', (claims, { jwt }) => jwt({ ...claims, aud: 'another' })],
    [
      'for another client beside this one, which it was given to',
      (claims, { jwt }) => jwt({ ...claims, aud: ['pop-sla', 'another'], azp: 'another' }),
    ],
    ['for nobody', (claims, { jwt }) => jwt({ ...claims, aud: undefined })],
    ['that is expired', (claims, { jwt }) => jwt({ ...claims, exp: seconds() - 3600 })],
    ['that never expires', (claims, { jwt }) => jwt({ ...claims, exp: undefined })],
    ['of another issuer', (claims, { jwt }) => jwt({ ...claims, iss: 'https://evil.example' })],
    ['of another sign-in', (claims, { jwt }) => jwt({ ...claims, nonce: 'another' })],
    ['of no sign-in', (claims, { jwt }) => jwt({ ...claims, nonce: undefined })],
    ['of nobody', (claims, { jwt }) => jwt({ ...claims, sub: undefined })],
    ['signed by somebody else', (claims, { jwt }) => jwt(claims, stranger)],
    ['signed by nobody', (claims, { jwt }) => jwt(claims, () => '', { alg: 'none' })],
    [
      'signed by the public key as if it were a secret',
      (claims, { jwt, publicKey }) =>
        jwt(claims, hmac(publicKey.export({ type: 'spki', format: 'pem' })), { alg: 'HS256' }),
    ],
    [
      'whose claims were changed after it was signed',
      (claims, { jwt }) => {
        const [head, , signature] = jwt(claims).split('.');
        const other = Buffer.from(JSON.stringify({ ...claims, groups: ['admin'] })).toString('base64url');
        return `${head ?? ''}.${other}.${signature ?? ''}`;
      },
    ],
    ['that is none', () => 'x.y.z'],
  ];
  test.each(bad)('%s lets nobody in', async (_what, change) => {
    const http = setUp(await provider(change));
    const { cookie, location } = await begin(http);
    const back = await http.inject({ url: await signInAt(location), headers: { cookie } });
    expect([back.statusCode, detailOf(back)]).toEqual([
      401,
      'what came back from the provider does not hold; allowed: to begin again',
    ]);
    expect([back.headers['set-cookie'] ?? []].flat().join()).not.toContain('pop-sla=');
    expect(await tenants.store.access.trail.list()).toEqual([]);
  });

  test('as it should be lets somebody in, and is no token of the API', async () => {
    let sent = '';
    const http = setUp(await provider((claims, { jwt }) => (sent = jwt(claims))));
    const { cookie, location } = await begin(http);
    const back = await http.inject({ url: await signInAt(location), headers: { cookie } });
    expect(back.statusCode).toBe(302);
    const asked = await http.inject({ url: '/api/v1/pops', headers: { authorization: `Bearer ${sent}` } });
    expect([asked.statusCode, detailOf(asked)]).toEqual([401, 'the token does not hold: it is none of ours']);
  });
});

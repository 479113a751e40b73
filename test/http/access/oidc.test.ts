import { createHmac, generateKeyPairSync } from 'node:crypto';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { createAuthenticator } from '../../../src/services/access/authenticator.js';
import { createOidc } from '../../../src/services/access/oidc.js';
import type { OidcConfig } from '../../../src/config/sections/http.js';
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
/** How much later than the tenants' time it is. */
let late = 0;
beforeEach(async () => {
  account = { name: 'Ann Lee', groups: ['sla-operators'] };
  late = 0;
  tenants = await twoTenants();
});

const providing = async (more: Partial<Parameters<typeof startProvider>[0]> = {}) => {
  const claims = () => account;
  const started = await startProvider({ clientId: 'pop-sla', secret, redirectUri, claims, ...more });
  onTestFinished(started.stop);
  return started;
};

const provider = async (change: Change | null = null): Promise<string> =>
  (await providing({ change })).issuer;

function setUp(issuer: string, clientSecret: string | null = secret, over: Partial<OidcConfig> = {}) {
  const { http } = tenants.config;
  const config = {
    issuer,
    clientId: 'pop-sla',
    clientSecretFile: null,
    scopes: ['openid', 'profile'],
    rolesClaim: 'groups',
    customerClaim: 'customer',
    nameClaim: 'name',
    roles: { 'sla-operators': 'noc' as const, buyers: 'customer' as const },
    clockSkewMs: 30_000,
    recheckMs: 900_000,
    unconfirmedMs: 3_600_000,
    ...over,
  };
  const auth = { ...http.auth, oidc: config };
  const closed = { ...tenants, config: { ...tenants.config, http: { ...http, publicUrl, auth } } };
  const now = () => tenants.now() + late;
  const authenticator = createAuthenticator({
    store: tenants.store.access,
    now,
    sessionMs: 3_600_000,
    idleMs: 3_600_000,
  });
  const oidc = createOidc({
    config,
    clientSecret,
    redirectUri,
    authenticator,
    now,
    customers: () => tenants.config.book.customers.map(({ id }) => id),
  });
  const { registry } = entrance(tenants);
  const access = { authenticator, registry, oidc, store: tenants.store.access, now };
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
    account = { name: 'B', groups: ['buyers'], customer: 'beta' };
    expect((await arrive()).statusCode).toBe(302);
    for (const [claims, why] of [
      [{ groups: ['buyers'], customer: 'nobody' }, 'nobody of ours: the claim customer names no customer'],
      [{ groups: ['buyers', 'sla-operators'], customer: 'beta' }, /beside one of the carrier's own$/],
      // A role of ours that only the provider names.
      [{ groups: ['admin', 'customer'], customer: 'beta' }, 'nobody of ours: the claim groups gives no role'],
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
      'the provider http://127.0.0.1:1 does not answer; allowed: to try again in a minute',
    ]);
    const http = setUp(await provider(), 'another-secret-that-is-long-enough-too');
    const { cookie, location } = await begin(http);
    expect((await http.inject({ url: await signInAt(location), headers: { cookie } })).statusCode).toBe(401);
  });
});

/** Signs somebody in; resolves to the headers of the session's requests. */
async function arrive(http: Http) {
  const { cookie, location } = await begin(http);
  const back = await http.inject({ url: await signInAt(location), headers: { cookie } });
  const session = [back.headers['set-cookie']].flat().find((one) => one?.startsWith('pop-sla=')) ?? '';
  const headers = { cookie: session.split(';')[0] ?? '' };
  const who = await http.inject({ url: '/api/v1/session', headers });
  return { back, headers: { ...headers, 'x-csrf-token': who.json<{ csrf: string }>().csrf } };
}

describe('two tabs', () => {
  test('that sign in at once both end well', async () => {
    const http = setUp(await provider());
    const [first, second] = [await begin(http, '/one'), await begin(http, '/two')];
    expect(first.cookie.split('=')[0]).not.toBe(second.cookie.split('=')[0]);
    const headers = { cookie: `${first.cookie}; ${second.cookie}` };
    for (const [tab, to] of [
      [first, '/one'],
      [second, '/two'],
    ] as const) {
      const back = await http.inject({ url: await signInAt(tab.location), headers });
      expect([back.statusCode, back.headers.location]).toEqual([302, to]);
    }
  });
});

describe('a provider that fails', () => {
  test('is told from a sign-in that it refused', async () => {
    const { issuer, fail } = await providing();
    const http = setUp(issuer);
    const { cookie, location } = await begin(http);
    const callback = await signInAt(location);
    fail(503);
    const down = await http.inject({ url: callback, headers: { cookie } });
    expect([down.statusCode, detailOf(down), down.headers['retry-after']]).toEqual([
      503,
      expect.stringMatching(/ does not answer; allowed: to try again in a minute$/),
      '60',
    ]);
    fail(null);
    // The same page, asked for again.
    expect((await http.inject({ url: callback, headers: { cookie } })).statusCode).toBe(302);
  });
});

describe('a provider that has rotated its keys', () => {
  test('is trusted by its new key at once, and by its old one no more', async () => {
    const before = await startProvider({ clientId: 'pop-sla', secret, redirectUri, claims: () => account });
    const http = setUp(before.issuer);
    const { headers } = await arrive(http);
    await before.stop();
    let byOldKey = false;
    const change: Change = (claims, { jwt }) =>
      byOldKey ? jwt(claims, before.privateKey, { alg: 'RS256', kid: 'the-provider' }) : jwt(claims);
    const port = Number(new URL(before.issuer).port);
    await providing({ port, kid: 'another-key', change });
    const logOut = (key: 'old' | 'new', jwt: TokenTools['jwt']) => {
      const claims = {
        iss: before.issuer,
        aud: 'pop-sla',
        iat: Math.floor(Date.now() / 1000),
        jti: key,
        sub: 'ann-17',
        events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
      };
      return http.inject({
        method: 'POST',
        url: '/auth/oidc/backchannel-logout',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        payload: new URLSearchParams({ logout_token: jwt(claims) }).toString(),
      });
    };
    expect((await arrive(http)).back.statusCode).toBe(302);
    // Who came in before stays in, and is signed out by no token of the old key.
    expect((await logOut('old', before.jwt)).statusCode).toBe(400);
    expect((await http.inject({ url: '/api/v1/pops', headers })).statusCode).toBe(200);
    byOldKey = true;
    const { cookie, location } = await begin(http);
    const refused = await http.inject({ url: await signInAt(location), headers: { cookie } });
    expect(refused.statusCode).toBe(401);
  });
});

describe('claims', () => {
  test.each<[string, Partial<OidcConfig>, object, number]>([
    ['a group path', { roles: { '/sla/noc': 'noc' } }, { groups: ['/sla/noc', '/other/admin'] }, 302],
    [
      'a group path, mapped without its slash',
      { roles: { 'sla/noc': 'noc' } },
      { groups: ['/sla/noc'] },
      302,
    ],
    ['another group with the same end', { roles: { noc: 'noc' } }, { groups: ['/other/noc'] }, 401],
    ['a nested claim', { rolesClaim: 'groups.roles' }, { groups: { roles: ['sla-operators'] } }, 302],
    ['one text', {}, { groups: 'sla-operators' }, 302],
    ['several in a text', {}, { groups: 'x, sla-operators' }, 302],
    ['a text with spaces', { roles: { 'SLA Operators': 'noc' } }, { groups: 'SLA Operators' }, 302],
    ['a name of ours in an empty mapping', { roles: {} }, { groups: ['admin'] }, 401],
    ['the name of a property', { roles: {} }, { groups: ['constructor', '__proto__'] }, 401],
  ])('%s', async (_what, over, claims, status) => {
    const http = setUp(await provider(), secret, over);
    account = { name: 'Ann', ...claims };
    const { cookie, location } = await begin(http);
    const back = await http.inject({ url: await signInAt(location), headers: { cookie } });
    expect(back.statusCode).toBe(status);
  });

  test('whose clock is off are taken within the setting only', async () => {
    const slow: Change = (claims, { jwt }) =>
      jwt({ ...claims, exp: Math.floor(Date.now() / 1000) - 60, iat: Math.floor(Date.now() / 1000) - 600 });
    for (const [clockSkewMs, status] of [
      [30_000, 401],
      [120_000, 302],
    ] as const) {
      const http = setUp(await provider(slow), secret, { clockSkewMs });
      const { cookie, location } = await begin(http);
      const back = await http.inject({ url: await signInAt(location), headers: { cookie } });
      expect(back.statusCode).toBe(status);
    }
  });
});

describe('a session of a provider', () => {
  const pops = (http: Http, headers: Record<string, string>) => http.inject({ url: '/api/v1/pops', headers });
  const quarter = 900_000;

  test('goes on while the provider confirms its roles, and ends when one was taken away', async () => {
    account = { name: 'Ann Lee', groups: ['sla-operators', 'approvers'] };
    const over = { roles: { 'sla-operators': 'noc', approvers: 'approver' } } as const;
    const http = setUp((await providing({ refresh: true })).issuer, secret, over);
    const { headers } = await arrive(http);
    for (late = quarter; late < 3 * quarter; late += quarter)
      expect((await pops(http, headers)).statusCode).toBe(200);
    account = { name: 'Ann Lee', groups: ['sla-operators'] };
    late = 3 * quarter - 1;
    expect((await pops(http, headers)).statusCode).toBe(200);
    late = 3 * quarter;
    expect((await pops(http, headers)).statusCode).toBe(401);
    expect((await pops(http, headers)).statusCode).toBe(401);
  });

  test('ends when it was not confirmed for as long as the reference says', async () => {
    const http = setUp(await provider());
    const { headers } = await arrive(http);
    late = 3_600_000 - 1;
    expect((await pops(http, headers)).statusCode).toBe(200);
    late = 3_600_000;
    expect((await pops(http, headers)).statusCode).toBe(401);
  });

  test('outlasts a provider that is down for a while, and is answered with 503 then', async () => {
    const { issuer, fail } = await providing({ refresh: true });
    const http = setUp(issuer, secret, { unconfirmedMs: 2 * quarter });
    const { headers } = await arrive(http);
    fail(502);
    late = quarter;
    expect((await pops(http, headers)).statusCode).toBe(200);
    late = 2 * quarter;
    const down = await pops(http, headers);
    expect([down.statusCode, down.headers['retry-after']]).toEqual([503, '60']);
    fail(null);
    expect((await pops(http, headers)).statusCode).toBe(200);
  });

  test('ends by back-channel logout', async () => {
    const { issuer, jwt } = await providing();
    const http = setUp(issuer);
    const { headers } = await arrive(http);
    const logOut = (claims: object, header?: object) =>
      http.inject({
        method: 'POST',
        url: '/auth/oidc/backchannel-logout',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        payload: new URLSearchParams({ logout_token: jwt(claims, undefined, header) }).toString(),
      });
    const good = {
      iss: issuer,
      aud: 'pop-sla',
      iat: Math.floor(Date.now() / 1000),
      jti: 'one',
      sub: 'ann-17',
      events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
    };
    for (const bad of [
      { ...good, aud: 'another' },
      { ...good, iss: 'https://evil.example' },
      { ...good, events: {} },
      { ...good, nonce: 'x' },
      { ...good, sub: undefined },
      { ...good, iat: good.iat - 7200 },
    ]) {
      expect((await logOut(bad)).statusCode).toBe(400);
    }
    expect((await logOut({ ...good, sub: 'bob' })).statusCode).toBe(204);
    expect((await pops(http, headers)).statusCode).toBe(200);
    expect((await logOut(good)).statusCode).toBe(204);
    expect((await pops(http, headers)).statusCode).toBe(401);
  });
});

describe('four eyes', () => {
  const proposal = {
    kind: 'planned-maintenance',
    scope: ['pop:FRA'],
    from: '2026-12-01T02:00Z',
    to: '2026-12-01T04:00Z',
    notices: ['2026-10-01'],
    reason: 'line cards',
  };
  const roles = { 'sla-operators': 'admin' } as const;

  test('are two subjects: one that was renamed, or writes its name otherwise, is still one', async () => {
    const http = setUp(await provider(), secret, { roles });
    const ann = await arrive(http);
    const propose = { method: 'POST', url: '/api/v1/exclusions', headers: ann.headers } as const;
    const proposed = await http.inject({ ...propose, payload: proposal });
    expect(proposed.statusCode).toBe(201);
    const { id } = proposed.json<{ id: string }>();
    for (const name of ['Ann Meyer', 'Ann\u200b Lee', 'Ａnn Lee']) {
      account = { name, groups: ['sla-operators'] };
      const again = await arrive(http);
      const approve = {
        method: 'POST',
        url: `/api/v1/exclusions/${id}/approve`,
        headers: again.headers,
      } as const;
      const answer = await http.inject({ ...approve, payload: {} });
      expect([answer.statusCode, detailOf(answer)]).toEqual([400, expect.stringContaining('who proposed')]);
    }
  });

  test('are two subjects even where both have the same name', async () => {
    let subject = 'ann-17';
    const http = setUp((await providing({ subject: () => subject })).issuer, secret, { roles });
    const propose = { method: 'POST', url: '/api/v1/exclusions', payload: proposal } as const;
    const proposed = await http.inject({ ...propose, headers: (await arrive(http)).headers });
    subject = 'ann-18';
    const approve = {
      method: 'POST',
      url: `/api/v1/exclusions/${proposed.json<{ id: string }>().id}/approve`,
    } as const;
    const answer = await http.inject({ ...approve, payload: {}, headers: (await arrive(http)).headers });
    expect([answer.statusCode, answer.json()]).toMatchObject([200, { state: 'approved' }]);
  });

  test('shows a name without characters that nobody sees', async () => {
    account = { name: 'Ａnn\u200b \u202eLee', groups: ['sla-operators'] };
    const http = setUp(await provider(), secret, { roles });
    const { headers } = await arrive(http);
    const who = await http.inject({ url: '/api/v1/session', headers });
    expect(who.json()).toMatchObject({ name: 'Ann Lee' });
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

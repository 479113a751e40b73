import { randomBytes } from 'node:crypto';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import * as client from 'openid-client';
import type { OidcConfig } from '../../config/sections/http.js';
import { readClaims } from '../../core/access/claims.js';
import type { EpochMs } from '../../core/types.js';
import { claimErrorText } from '../../i18n/refusals.js';
import type { SessionRecord } from '../../store/access-store.js';
import {
  type Authenticator,
  type Begun,
  OidcRejectedError,
  OidcUnreachableError,
  openGrant,
  sealGrant,
} from './authenticator.js';
import { openText, sealText } from './sealed-text.js';

type SessionIssuer = Pick<Authenticator, 'begin' | 'end' | 'confirmed' | 'endOf'>;

export interface OidcOptions {
  readonly config: OidcConfig;
  /** Null: a public client without a secret. */
  readonly clientSecret: string | null;
  /** Where the provider redirects users to. */
  readonly redirectUri: string;
  readonly authenticator: SessionIssuer;
  readonly customers: () => readonly string[];
  readonly now: () => EpochMs;
}

/** Sign-in with an OpenID Connect provider: authorization code, PKCE, state and nonce. */
export interface Oidc {
  /**
   * The URL to redirect the user to, its `state`, and a secret that the browser has to present afterwards for that
   * state: each tab has its own.
   */
  start(returnTo: string): Promise<{ readonly url: string; readonly state: string; readonly secret: string }>;
  /** Rejects with an `OidcRejectedError` or an `OidcUnreachableError`. */
  finish(
    currentUrl: URL,
    secret: string | null,
    origin?: string,
  ): Promise<{ readonly begun: Begun; readonly returnTo: string }>;
  /**
   * Whether a session may go on. Asks the provider again where that is due, and ends the session where the provider
   * ended it or took a role away. Rejects with an `OidcUnreachableError` where it was not confirmed for too long.
   */
  confirm(secret: string, session: SessionRecord): Promise<boolean>;
  /** Ends the sessions that a logout token names; resolves to whose and how many. Rejects as `finish` does. */
  logOut(logoutToken: string): Promise<{ readonly subject: string; readonly sessions: number }>;
}

interface UnderWay {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  readonly returnTo: string;
  readonly at: EpochMs;
}

const patienceMs = 10 * 60_000;
/** How long a session goes on before a provider that did not answer is asked again. */
const retryMs = 30_000;
const logoutEvent = 'http://schemas.openid.net/event/backchannel-logout';

export function createOidc(options: OidcOptions): Oidc {
  const { config, clientSecret, redirectUri, authenticator, customers, now } = options;
  const { clockSkewMs, recheckMs, unconfirmedMs } = config;
  const sealing = stateSealing();
  /** What is asked of the provider now, by session: its parallel requests ask once. */
  const asking = new Map<string, Promise<boolean>>();
  const failedAt = new Map<string, EpochMs>();
  // Discovered each time: the provider may have rotated its keys or moved its endpoints since.
  const provider = () => discover(config, clientSecret);

  const ask = async (secret: string, session: SessionRecord, grant: string): Promise<boolean> => {
    const { hash, roles, customer, provider: link } = session;
    const answer = await refresh(await provider(), openGrant(secret, grant), link?.subject ?? '');
    const reading = 'ended' in answer ? null : readClaims(answer.claims, config, customers());
    const same =
      reading !== null &&
      !('wrong' in reading) &&
      reading.customer === customer &&
      roles.every((role) => reading.roles.includes(role));
    if ('ended' in answer || !same) {
      await authenticator.end(hash);
      return false;
    }
    await authenticator.confirmed(
      hash,
      answer.refreshToken === null ? grant : sealGrant(secret, answer.refreshToken),
    );
    return true;
  };

  return {
    async start(returnTo) {
      const known = await provider();
      const verifier = client.randomPKCECodeVerifier();
      const [state, nonce] = [client.randomState(), client.randomNonce()];
      const url = client.buildAuthorizationUrl(known, {
        redirect_uri: redirectUri,
        scope: config.scopes.join(' '),
        state,
        nonce,
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      });
      const secret = sealing.seal({ state, nonce, verifier, returnTo, at: now() });
      return { url: url.href, state, secret };
    },
    async finish(currentUrl, secret, origin) {
      const begun = secret === null ? null : sealing.open(secret);
      if (begun === null || now() - begun.at > patienceMs) {
        throw new OidcRejectedError(
          'this sign-in was not begun here, or too long ago; allowed: to begin again',
        );
      }
      const { claims, refreshToken } = await exchange(await provider(), currentUrl, begun);
      const reading = readClaims(claims, config, customers());
      if ('wrong' in reading) throw new OidcRejectedError(`nobody of ours: ${claimErrorText(reading.wrong)}`);
      const subject = String(claims['sub']);
      const id = typeof claims['sid'] === 'string' ? claims['sid'] : null;
      const session = await authenticator.begin({
        ...reading,
        principal: `oidc:${subject}`,
        via: 'oidc',
        ...(origin !== undefined && { origin }),
        provider: { issuer: config.issuer, subject, id, refreshToken },
      });
      return { begun: session, returnTo: begun.returnTo };
    },
    async confirm(secret, session) {
      const { hash, provider: link } = session;
      if (link === undefined) return true;
      if (link.issuer !== config.issuer) {
        await authenticator.end(hash);
        return false;
      }
      const age = now() - link.checkedAt;
      if (age < recheckMs) return true;
      if (link.sealedGrant === null) {
        if (age < unconfirmedMs) return true;
        await authenticator.end(hash);
        return false;
      }
      if (age < unconfirmedMs && now() - (failedAt.get(hash) ?? -Infinity) < retryMs) return true;
      const asked = asking.get(hash) ?? ask(secret, session, link.sealedGrant);
      asking.set(hash, asked);
      try {
        const confirmed = await asked;
        failedAt.delete(hash);
        return confirmed;
      } catch (error) {
        if (!(error instanceof OidcUnreachableError)) throw error;
        failedAt.set(hash, now());
        if (failedAt.size > 10_000) failedAt.clear();
        if (age < unconfirmedMs) return true;
        throw error;
      } finally {
        asking.delete(hash);
      }
    },
    async logOut(logoutToken) {
      const { issuer } = config;
      const claims = await logoutClaims(logoutToken, {
        jwksUri: (await provider()).serverMetadata().jwks_uri,
        issuer,
        audience: config.clientId,
        clockTolerance: clockSkewMs / 1000,
      });
      const { sub: subject = null, sid: id = null } = claims;
      const sessions = await authenticator.endOf({ issuer, subject, id });
      return { subject: subject ?? id ?? '', sessions };
    },
  };
}

/** What a sign-in under way needs is kept in the browser, which can neither read nor change it. */
function stateSealing() {
  const key = randomBytes(32);
  return {
    seal: (state: UnderWay): string => sealText(key, JSON.stringify(state)),
    open(sealed: string): UnderWay | null {
      try {
        return JSON.parse(openText(key, sealed)) as UnderWay;
      } catch {
        return null;
      }
    },
  };
}

async function discover(config: OidcConfig, secret: string | null): Promise<client.Configuration> {
  const issuer = new URL(config.issuer);
  // The configuration accepts an issuer without TLS only on this machine.
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- deprecated so that it stands out
  const insecure = issuer.protocol === 'http:' ? [client.allowInsecureRequests] : [];
  // A token's signature is checked although it came directly from the provider, since there may be a proxy in between.
  const execute = [...insecure, client.enableNonRepudiationChecks];
  const auth = secret === null ? client.None() : client.ClientSecretBasic(secret);
  const metadata = { [client.clockTolerance]: Math.ceil(config.clockSkewMs / 1000) };
  try {
    return await client.discovery(issuer, config.clientId, metadata, auth, { execute, timeout: 10 });
  } catch (error) {
    throw new OidcUnreachableError(`the provider ${config.issuer} does not answer`, { cause: error });
  }
}

interface ProviderAnswer {
  readonly claims: Readonly<Record<string, unknown>>;
  readonly refreshToken: string | null;
}

/** The claims of the ID token, after checking its signature, audience, nonce and expiry. */
async function exchange(
  known: client.Configuration,
  currentUrl: URL,
  { state, nonce, verifier }: UnderWay,
): Promise<ProviderAnswer> {
  let tokens: Awaited<ReturnType<typeof client.authorizationCodeGrant>>;
  try {
    tokens = await client.authorizationCodeGrant(known, currentUrl, {
      pkceCodeVerifier: verifier,
      expectedState: state,
      expectedNonce: nonce,
      idTokenExpected: true,
    });
  } catch (error) {
    if (isUnreachable(error)) throw unreachable(known, error);
    throw new OidcRejectedError('what came back from the provider does not hold; allowed: to begin again', {
      cause: error,
    });
  }
  const claims = tokens.claims();
  if (claims) return { claims, refreshToken: tokens.refresh_token ?? null };
  throw new OidcRejectedError('the provider gave no ID token');
}

/** What the provider says now of whom it gave a refresh token; `ended`: the token holds no more. */
async function refresh(
  known: client.Configuration,
  refreshToken: string,
  subject: string,
): Promise<ProviderAnswer | { readonly ended: true }> {
  try {
    const tokens = await client.refreshTokenGrant(known, refreshToken);
    // A provider need not send another ID token.
    const claims = tokens.claims() ?? (await client.fetchUserInfo(known, tokens.access_token, subject));
    if (claims.sub !== subject) return { ended: true };
    return { claims, refreshToken: tokens.refresh_token ?? null };
  } catch (error) {
    if (isUnreachable(error)) throw unreachable(known, error);
    return { ended: true };
  }
}

const unreachable = (known: client.Configuration, cause: unknown): OidcUnreachableError =>
  new OidcUnreachableError(`the provider ${known.serverMetadata().issuer} does not answer`, { cause });

const temporary = ['server_error', 'temporarily_unavailable'];

/** Whether it is the provider that failed: no answer, one in time, a status of 500 and more, or no answer of its own. */
function isUnreachable(error: unknown): boolean {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    if (at instanceof client.AuthorizationResponseError) return temporary.includes(at.error);
    if (at instanceof client.ResponseBodyError)
      return at.status >= 500 || at.status === 429 || temporary.includes(at.error);
    if (at instanceof client.WWWAuthenticateChallengeError) return at.status >= 500 || at.status === 429;
    const { code = '' } = at as { readonly code?: string };
    if (/TIMEOUT|ABORT|^ECONN|^ENOTFOUND|^EAI_|^EHOST|^ENET|^EPIPE|^UND_ERR|CERT|^ERR_TLS/.test(code))
      return true;
    if (at instanceof TypeError && at.message === 'fetch failed') return true;
    if (at.cause instanceof Response) return at.cause.status >= 500 || at.cause.status === 429;
  }
  return false;
}

interface LogoutTokenOptions {
  readonly jwksUri: string | undefined;
  readonly issuer: string;
  readonly audience: string;
  readonly clockTolerance: number;
}

/** Checks a logout token (OpenID Connect Back-Channel Logout 1.0, 2.6). */
async function logoutClaims(token: string, { jwksUri, ...expected }: LogoutTokenOptions) {
  if (jwksUri === undefined) throw new OidcUnreachableError('the provider publishes no keys');
  const rejected = (why: string, cause?: unknown) =>
    new OidcRejectedError(`the logout token does not hold: ${why}`, { cause });
  const verified = await jwtVerify(token, createRemoteJWKSet(new URL(jwksUri), { timeoutDuration: 10_000 }), {
    ...expected,
    maxTokenAge: '10 minutes',
    requiredClaims: ['iat', 'jti', 'events'],
    algorithms: ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'],
  }).catch((error: unknown) => {
    if (isUnreachable(error))
      throw new OidcUnreachableError('the provider does not answer', { cause: error });
    throw rejected('its signature or a claim is wrong', error);
  });
  const { payload, protectedHeader } = verified;
  const { typ } = protectedHeader;
  if (typ !== undefined && !['logout+jwt', 'application/logout+jwt', 'jwt'].includes(typ.toLowerCase()))
    throw rejected('it is a token of another kind');
  const event = (payload['events'] as Record<string, unknown> | null)?.[logoutEvent];
  if (typeof event !== 'object' || event === null) throw rejected('it names no logout');
  if ('nonce' in payload) throw rejected('it has a nonce');
  const sid = typeof payload['sid'] === 'string' ? payload['sid'] : undefined;
  if (payload.sub === undefined && sid === undefined) throw rejected('it names nobody');
  return { sub: payload.sub, sid };
}

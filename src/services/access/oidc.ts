import { randomBytes } from 'node:crypto';
import * as client from 'openid-client';
import type { OidcConfig } from '../../config/sections/http.js';
import { readClaims } from '../../core/access/claims.js';
import type { EpochMs } from '../../core/types.js';
import type { Begun, Authenticator } from './authenticator.js';

/** The provider, or its response, does not identify the user. */
export class OidcRejectedError extends Error {
  override readonly name = 'OidcRefused';
}

/** The provider does not answer, or its answers do not follow the protocol. */
export class OidcUnreachableError extends Error {
  override readonly name = 'OidcUnreachable';
}

export interface OidcOptions {
  readonly config: OidcConfig;
  /** Null: a public client without a secret. */
  readonly clientSecret: string | null;
  /** Where the provider redirects users to. */
  readonly redirectUri: string;
  readonly door: Pick<Authenticator, 'begin'>;
  readonly customers: () => readonly string[];
  readonly now: () => EpochMs;
}

/** Sign-in with an OpenID Connect provider: authorization code, PKCE, state and nonce. */
export interface Oidc {
  /** The URL to redirect the user to, and a secret that their browser has to present afterwards. */
  start(returnTo: string): Promise<{ readonly url: string; readonly secret: string }>;
  /** Rejects with an `OidcRejectedError` or an `OidcUnreachableError`. */
  finish(
    currentUrl: URL,
    secret: string | null,
  ): Promise<{ readonly begun: Begun; readonly returnTo: string }>;
}

interface UnderWay {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  readonly returnTo: string;
  readonly at: EpochMs;
}

const patienceMs = 10 * 60_000;
const maxUnderWay = 1000;

export function createOidc({ config, clientSecret, redirectUri, door, customers, now }: OidcOptions): Oidc {
  const underWay = new Map<string, UnderWay>();
  let found: Promise<client.Configuration> | null = null;
  const provider = (): Promise<client.Configuration> => {
    found ??= discover(config, clientSecret).catch((error: unknown) => {
      // Discovery is repeated at the next sign-in.
      found = null;
      throw new OidcUnreachableError(`the provider ${config.issuer} does not answer`, { cause: error });
    });
    return found;
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
      const secret = randomBytes(32).toString('base64url');
      for (const [key, { at }] of underWay) {
        if (underWay.size < maxUnderWay && now() - at < patienceMs) break;
        underWay.delete(key);
      }
      underWay.set(secret, { state, nonce, verifier, returnTo, at: now() });
      return { url: url.href, secret };
    },
    async finish(currentUrl, secret) {
      const begun = secret === null ? undefined : underWay.get(secret);
      if (secret !== null) underWay.delete(secret);
      if (!begun || now() - begun.at > patienceMs) {
        throw new OidcRejectedError(
          'this sign-in was not begun here, or too long ago; allowed: to begin again',
        );
      }
      const claims = await exchange(await provider(), currentUrl, begun);
      const reading = readClaims(claims, config, customers());
      if ('wrong' in reading) throw new OidcRejectedError(`nobody of ours: ${reading.wrong}`);
      const principal = `oidc:${String(claims['sub'])}`;
      return { begun: await door.begin({ ...reading, principal, via: 'oidc' }), returnTo: begun.returnTo };
    },
  };
}

function discover(config: OidcConfig, secret: string | null): Promise<client.Configuration> {
  const issuer = new URL(config.issuer);
  // The configuration accepts an issuer without TLS only on this machine.
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- deprecated so that it stands out
  const insecure = issuer.protocol === 'http:' ? [client.allowInsecureRequests] : [];
  // A token's signature is checked although it came directly from the provider, since there may be a proxy in between.
  const execute = [...insecure, client.enableNonRepudiationChecks];
  const auth = secret === null ? client.None() : client.ClientSecretBasic(secret);
  return client.discovery(issuer, config.clientId, undefined, auth, { execute, timeout: 10 });
}

/** The claims of the ID token, after checking its signature, audience, nonce and expiry. */
async function exchange(
  known: client.Configuration,
  currentUrl: URL,
  { state, nonce, verifier }: UnderWay,
): Promise<Readonly<Record<string, unknown>>> {
  try {
    const tokens = await client.authorizationCodeGrant(known, currentUrl, {
      pkceCodeVerifier: verifier,
      expectedState: state,
      expectedNonce: nonce,
      idTokenExpected: true,
    });
    const claims = tokens.claims();
    if (claims) return claims;
  } catch (error) {
    throw new OidcRejectedError('what came back from the provider does not hold; allowed: to begin again', {
      cause: error,
    });
  }
  throw new OidcRejectedError('the provider gave no ID token');
}

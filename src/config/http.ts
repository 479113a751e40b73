import type { Role } from '../core/access/principal.js';
import type { Network } from './scalars/network.js';

export interface HttpConfig {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** Names of PEM files, absolute; null: plain HTTP. */
  readonly tls: { readonly cert: string; readonly key: string } | null;
  /** What people's browsers call it, without a slash at the end; null: where it listens. */
  readonly publicUrl: string | null;
  /** Addresses and networks whose X-Forwarded-For and -Proto are believed. */
  readonly trustedProxies: readonly Network[];
  /** Of one address. */
  readonly requestsPerMinute: number;
  /** Bytes of a body, but for attachments. */
  readonly bodyLimit: number;
  readonly auth: AuthConfig;
}

export interface AuthConfig {
  /** `loopback`: nobody has to sign in while it listens on loopback, and there is no token, user or provider. */
  readonly open: 'loopback' | 'never';
  readonly metrics: 'open' | 'signed-in';
  readonly sessionMs: number;
  readonly idleMs: number;
  readonly oidc: OidcConfig | null;
}

/** An OpenID Connect provider that people sign in at. */
export interface OidcConfig {
  readonly issuer: string;
  readonly clientId: string;
  /** Absolute; null: a client without a secret. */
  readonly clientSecretFile: string | null;
  readonly scopes: readonly string[];
  readonly rolesClaim: string;
  readonly customerClaim: string;
  readonly nameClaim: string;
  /** From a value of the claim to a role; a value that is none of these and the name of a role is that role. */
  readonly roles: Readonly<Record<string, Role>>;
}

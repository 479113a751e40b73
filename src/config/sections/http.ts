import { resolve } from 'node:path';
import { z } from 'zod';
import { type Role, roles } from '../../core/access/rules.js';
import {
  day,
  duration,
  file,
  formatDuration,
  formatListen,
  formatNetwork,
  hour,
  listen,
  minute,
  name,
  type Network,
  network,
  oneOf,
  textual,
  whole,
  withoutNulls,
  wrong,
  yesOrNo,
} from '../scalars.js';

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

interface AuthConfig {
  /** `loopback`: nobody has to sign in while it listens on loopback, and there is no token, user or provider. */
  readonly open: 'loopback' | 'never';
  readonly metrics: 'open' | 'signed-in';
  readonly sessionMs: number;
  readonly idleMs: number;
  /** Who is asked for a second factor once one is enrolled, and whether nothing else may be done before. */
  readonly secondFactor: { readonly roles: readonly Role[]; readonly required: boolean };
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
  /** From a value of the claim to a role; a value that is none of these gives no role. */
  readonly roles: Readonly<Record<string, Role>>;
  /** How far the provider's clock may be off. */
  readonly clockSkewMs: number;
  /** How often the provider is asked again whether somebody still has its roles. */
  readonly recheckMs: number;
  /** When a session ends that the provider could not be asked about again. */
  readonly unconfirmedMs: number;
}

/** An address of somebody's server; only one that is this machine's may go without TLS. */
const url = () =>
  textual('an address of https, such as https://id.example.net (http for 127.0.0.1 only)', (text) => {
    if (!URL.canParse(text)) return wrong('is not an address');
    const { protocol, hostname, username, password, search, hash } = new URL(text);
    const local = /^(127\.\d+\.\d+\.\d+|localhost|\[::1\])$/.test(hostname);
    if (protocol !== 'https:' && !(protocol === 'http:' && local)) return wrong('is not an address of https');
    if (username !== '' || password !== '' || search !== '' || hash !== '')
      return wrong('has more than a place');
    return text.replace(/\/+$/, '');
  });

const oidc = z.strictObject({
  issuer: url(),
  clientId: name(200),
  clientSecretFile: file().optional(),
  scopes: z.array(name(100)).default(['openid', 'profile']),
  rolesClaim: name(100).default('roles'),
  customerClaim: name(100).default('customer'),
  nameClaim: name(100).default('name'),
  roles: z.record(z.string(), oneOf(roles)).default({}),
  clockSkew: duration(0, 10 * minute).default(30_000),
  recheck: duration(minute, day).default(15 * minute),
  unconfirmed: duration(minute, 90 * day).default(hour),
});

const httpSchema = z.strictObject({
  listen: listen().default({ host: '127.0.0.1', port: 9720 }),
  tls: z.strictObject({ cert: file(), key: file() }).optional(),
  publicUrl: url().optional(),
  trustedProxies: z.array(network()).default([]),
  requestsPerMinute: whole(1, 1_000_000).default(1200),
  bodyLimit: whole(1024, 100 * 2 ** 20).default(2 ** 20),
  auth: z
    .strictObject({
      open: oneOf(['loopback', 'never']).default('loopback'),
      metrics: oneOf(['open', 'signed-in']).default('open'),
      session: duration(minute, 90 * day).default(12 * hour),
      idle: duration(minute, 90 * day).default(hour),
      secondFactor: z
        .strictObject({
          roles: z.array(oneOf(roles)).default(['finance', 'approver', 'admin']),
          required: yesOrNo().default(false),
        })
        .prefault({}),
      oidc: oidc.optional(),
    })
    .prefault({}),
});

function buildOidc(raw: z.output<typeof oidc>, folder: string): OidcConfig {
  const { clientSecretFile, clockSkew, recheck, unconfirmed, ...rest } = raw;
  return {
    ...rest,
    clientSecretFile: clientSecretFile === undefined ? null : resolve(folder, clientSecretFile),
    clockSkewMs: clockSkew,
    recheckMs: recheck,
    unconfirmedMs: unconfirmed,
  };
}

/** `folder`: what the names of files are relative to. */
function buildHttp(raw: z.output<typeof httpSchema>, folder: string): HttpConfig {
  const { listen, tls, publicUrl = null, trustedProxies, requestsPerMinute, bodyLimit, auth } = raw;
  const { open, metrics, session, idle, secondFactor, oidc } = auth;
  return {
    ...listen,
    tls: tls ? { cert: resolve(folder, tls.cert), key: resolve(folder, tls.key) } : null,
    publicUrl,
    trustedProxies,
    requestsPerMinute,
    bodyLimit,
    auth: {
      open,
      metrics,
      sessionMs: session,
      idleMs: idle,
      secondFactor,
      oidc: oidc ? buildOidc(oidc, folder) : null,
    },
  };
}

/** As it is written in a file. */
function plainHttp({ host, port, tls, publicUrl, trustedProxies, auth, ...rest }: HttpConfig): object {
  const { open, metrics, sessionMs, idleMs, secondFactor, oidc } = auth;
  return {
    listen: formatListen({ host, port }),
    ...(tls && { tls }),
    ...(publicUrl !== null && { publicUrl }),
    trustedProxies: trustedProxies.map(formatNetwork),
    ...rest,
    auth: {
      open,
      metrics,
      session: formatDuration(sessionMs),
      idle: formatDuration(idleMs),
      secondFactor,
      ...(oidc && { oidc: plainOidc(oidc) }),
    },
  };
}

function plainOidc({ clockSkewMs, recheckMs, unconfirmedMs, ...rest }: OidcConfig): object {
  return {
    ...withoutNulls(rest),
    clockSkew: formatDuration(clockSkewMs),
    recheck: formatDuration(recheckMs),
    unconfirmed: formatDuration(unconfirmedMs),
  };
}

/** The web server, and who may come in. */
export const httpSection = { schema: httpSchema, build: buildHttp, show: plainHttp };

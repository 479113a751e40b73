import type { Role } from '../core/access/rules.js';
import { pathEnds, pathId } from '../core/path.js';
import type { PathId, PopId } from '../core/types.js';
import type { Network } from './scalars.js';
import type { IncludeEntry } from './schema.js';

export interface ChosenPath {
  readonly id: PathId;
  readonly source: PopId;
  readonly destination: PopId;
  /** What asked for it. */
  readonly entry: IncludeEntry;
}

/**
 * The paths from each of the sources: the full mesh, or those of `include`, less those of `exclude`; sorted by id. An
 * entry that names a path goes before one that takes it in with `*`, whatever their order.
 */
export function expandPaths(options: {
  readonly sources: readonly PopId[];
  readonly pops: readonly PopId[];
  readonly include: readonly IncludeEntry[] | undefined;
  readonly exclude: readonly PathId[];
}): ChosenPath[] {
  const { sources, pops, include, exclude } = options;
  const left = new Set(exclude);
  const entries = new Map<PopId, IncludeEntry[]>();
  for (const entry of include ?? []) {
    const source = entry.path.slice(0, entry.path.indexOf('>'));
    entries.set(source, [...(entries.get(source) ?? []), entry]);
  }
  return sources
    .flatMap((source) =>
      pathsFrom(source, pops, include ? (entries.get(source) ?? []) : [{ path: `${source}>*` }]),
    )
    .filter(({ id }) => !left.has(id))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

function pathsFrom(source: PopId, pops: readonly PopId[], include: readonly IncludeEntry[]): ChosenPath[] {
  const chosen = new Map<PopId, IncludeEntry>();
  for (const entry of include.filter(({ path }) => path.endsWith('>*'))) {
    for (const pop of pops) if (pop !== source) chosen.set(pop, entry);
  }
  for (const entry of include) {
    const ends = pathEnds(entry.path);
    if (ends !== null) chosen.set(ends.destination, entry);
  }
  return [...chosen].map(([destination, entry]) => ({
    id: pathId(source, destination),
    source,
    destination,
    entry,
  }));
}

/** Whose paths a daemon's configuration speaks of: its own PoP's; a hub's those of all PoPs. */
export function sourcesOf(options: {
  readonly role: string | undefined;
  readonly agent: PopId | undefined;
  readonly pops: readonly PopId[];
}): readonly PopId[] {
  if (options.role === 'hub') return options.pops;
  return options.agent === undefined ? [] : [options.agent];
}

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

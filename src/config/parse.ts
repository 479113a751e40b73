import { isIP } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { emptyCustomerRegistry } from '../core/customer/book.js';
import type { PopId } from '../core/types.js';
import { checkAll } from './checks/checks.js';
import type {
  CommitmentConfig,
  Config,
  DriverConfig,
  NotificationsConfig,
  PathConfig,
  Pop,
  PostgresConfig,
  ProbeOptions,
  WatchConfig,
  WatchReference,
} from './config.js';
import { expandPaths, type HttpConfig, sourcesOf } from './mesh.js';
import type { MeshConfig, MeshLogin } from './defaults.js';
import type { Problem } from './problem.js';
import { configSchema, type RawConfig, type RawHttp, type RawMesh } from './schema.js';
import { parseStrict } from './strict.js';

/** Where nothing is said, the ports are those the paths lead to, and are each other's references. */
function buildWatch(
  raw: RawConfig['watch'],
  { paths, self }: { readonly paths: readonly PathConfig[]; readonly self: PopId | null },
): WatchConfig {
  // What is said for a whole mesh names every PoP: an agent leaves its own out.
  const ports = (raw.ports ?? [...new Set(paths.map(({ destination }) => destination))].sort()).filter(
    (port) => port !== self,
  );
  return {
    ports,
    references: raw.references?.filter((one) => one !== self).map(buildReference) ?? eachOther(ports),
    everyMs: raw.every,
    thresholdMs: raw.threshold,
    overdueFactor: raw.overdue.factor,
    overdueAtLeastMs: raw.overdue.atLeast,
    burstEveryMs: raw.burst.every,
    burstLengthMs: raw.burst.length,
    recovery: raw.recovery,
    quorum: raw.quorum,
    heartbeatMs: raw.heartbeat,
    bytes: raw.bytes,
  };
}

const buildReference = (text: string): WatchReference =>
  isIP(text) === 0 ? { kind: 'pop', pop: text } : { kind: 'address', address: text };

/** A single port would be its own reference, and its outages never its own. */
function eachOther(ports: readonly PopId[]): WatchReference[] {
  return ports.length < 2 ? [] : ports.map((pop) => ({ kind: 'pop', pop }));
}

/** What a hub is called that has no name of its own: it stands in no PoP. */
const hubName = 'hub';

const defaultDatabase = './data/pop-sla.db';

/**
 * A file that passed every check → the configuration. Relative paths in it start at its own folder; those of the data
 * (`store.path`, `keys.folder`) at `dataFolder`, where an earlier version has put them.
 */
function buildConfig(
  raw: RawConfig,
  file: string,
  cwd: string,
  dataFolder = resolve(cwd, dirname(file)),
): Config {
  const { measurement: m, store } = raw;
  const database = store.path ?? defaultDatabase;
  const agent = raw.agent ?? hubName;
  const folder = resolve(cwd, dirname(file));
  const paths = buildPaths(raw, agent);
  return {
    file: resolve(cwd, file),
    role: raw.role,
    mesh: raw.mesh === undefined ? null : buildMesh(raw.mesh, folder),
    agent,
    pops: (raw.pops ?? []).map(buildPop),
    paths,
    commitments: raw.commitments.map(buildCommitment),
    measurement: {
      everyMs: m.every,
      packets: m.packets,
      sizes: m.sizes,
      lengthBasis: m.lengthBasis,
      lostAfterMs: m.lostAfter,
      ...(m.minimumSent === undefined ? {} : { minimumSent: m.minimumSent }),
      lateWaitMs: m.lateWait,
      packetIntervalMs: m.packetInterval,
      spreadMs: m.spread,
      lagLimitMs: m.lagLimit,
    },
    watch: buildWatch(raw.watch, { paths, self: raw.role === 'hub' ? null : agent }),
    trace: { enabled: raw.trace.enabled, quietAfterMs: raw.trace.quietAfter },
    networks: raw.networks,
    driver: buildDriver(raw.driver),
    store: {
      path: resolve(dataFolder, database),
      postgres: buildPostgres(store, folder),
      keepPacketsMonths: store.keepPackets,
      keepRowsMonths: store.keepRows,
    },
    http: buildHttpConfig(raw.http, folder),
    metrics: raw.metrics,
    log: raw.log,
    faults: raw.faults,
    notifications: buildNotifications(raw.notifications),
    keys: { folder: resolve(dataFolder, raw.keys.folder ?? join(dirname(database), 'keys')) },
    statements: { graceMs: raw.statements.grace, claimReminderMs: raw.statements.claimReminder },
    customers: raw.customers === undefined ? null : resolve(folder, raw.customers),
    book: emptyCustomerRegistry,
    bookBase: null,
  };
}

function buildPostgres({ url, passwordFile }: RawConfig['store'], folder: string): PostgresConfig | null {
  if (url === undefined) return null;
  return { url, passwordFile: passwordFile === undefined ? null : resolve(folder, passwordFile) };
}

function buildPop(pop: NonNullable<RawConfig['pops']>[number]): Pop {
  const { id, name = id, region = null, ipv4 = null, ipv6 = null, host = null, coordinates = null } = pop;
  return { id, name, region, ipv4, ipv6, host, coordinates };
}

function buildPaths(raw: RawConfig, agent: PopId): PathConfig[] {
  const { role, paths } = raw;
  const pops = (raw.pops ?? []).map((pop) => pop.id);
  const sources = sourcesOf({ role, agent, pops });
  return expandPaths({ sources, pops, ...paths, include: paths.include }).map(
    ({ id, source, destination, entry }) => {
      const { from = null, to = null } = entry;
      const probe = buildProbe({ ...raw.measurement.probe, ...given(entry.probe ?? {}) });
      return { id, source, destination, from, to, ...(probe === null ? {} : { probe }) };
    },
  );
}

type RawProbe = NonNullable<RawConfig['measurement']['probe']>;

/** Null when nothing is asked for. */
function buildProbe({ sourceAddress: source, ...rest }: RawProbe): ProbeOptions | null {
  const probe: ProbeOptions = given({ source, ...rest });
  return Object.keys(probe).length === 0 ? null : probe;
}

type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** The keys that have a value. */
function given<T extends object>(options: T): Given<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Given<T>;
}

function buildCommitment(commitment: RawConfig['commitments'][number]): CommitmentConfig {
  const { path, regions, latency: latencyMs, from = null } = commitment;
  if (path !== undefined) return { scope: { kind: 'path', path }, latencyMs, from };
  if (regions !== undefined) return { scope: { kind: 'regions', regions }, latencyMs, from };
  throw new Error('a commitment passed the checks without a scope');
}

function buildDriver({ kind, seed = 1, rules = [] }: RawConfig['driver']): DriverConfig {
  if (kind !== 'simulated') return { kind, simulated: null };
  return {
    kind,
    simulated: {
      seed,
      rules: rules.map(({ address = null, from = null, to = null, delay, jitter, loss, down }) => ({
        address,
        from,
        to,
        ...given({ delayUs: delay, jitterUs: jitter, loss, down }),
      })),
    },
  };
}

function buildNotifications(raw: RawConfig['notifications']): NotificationsConfig {
  const { attempts, firstRetry, longestRetry, timeout, webhooks, smtp } = raw;
  return {
    attempts,
    firstRetryMs: firstRetry,
    longestRetryMs: longestRetry,
    timeoutMs: timeout,
    allow: webhooks.allow,
    smtp: smtp === undefined ? null : { ...smtp, user: smtp.user ?? null, password: smtp.password ?? null },
  };
}

/** `folder`: what the names of files are relative to. */
function buildHttpConfig(raw: RawHttp, folder: string): HttpConfig {
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
      oidc: oidc
        ? {
            issuer: oidc.issuer,
            clientId: oidc.clientId,
            scopes: oidc.scopes,
            rolesClaim: oidc.rolesClaim,
            customerClaim: oidc.customerClaim,
            nameClaim: oidc.nameClaim,
            roles: oidc.roles,
            clockSkewMs: oidc.clockSkew,
            recheckMs: oidc.recheck,
            unconfirmedMs: oidc.unconfirmed,
            clientSecretFile:
              oidc.clientSecretFile === undefined ? null : resolve(folder, oidc.clientSecretFile),
          }
        : null,
    },
  };
}

export type ConfigResult =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/**
 * The text of a config file → the configuration, or everything that is wrong with it. Never throws. `file` is what
 * problems call it, relative to `cwd`; relative paths in the text start at the file's folder, those of the data at
 * `dataFolder` where it is given.
 */
export function parseConfig(
  text: string,
  file: string,
  cwd: string = process.cwd(),
  dataFolder?: string,
): ConfigResult {
  const parsed = parseStrict({ text, file, schema: configSchema, check: checkAll });
  return parsed.ok ? { ok: true, config: buildConfig(parsed.value, file, cwd, dataFolder) } : parsed;
}

/** `folder`: what the names of files are relative to. */
function buildMesh(raw: RawMesh, folder: string): MeshConfig {
  const at = (file: string): string => resolve(folder, file);
  const atOrNull = (file: string | undefined): string | null => (file === undefined ? null : at(file));
  const { servers, tls, replicas, keep, heartbeat, clockLimit } = raw;
  return {
    servers,
    login: buildLogin(raw, at),
    tls: tls ? { ca: atOrNull(tls.ca), cert: atOrNull(tls.cert), key: atOrNull(tls.key) } : null,
    replicas,
    keepMs: keep,
    heartbeatMs: heartbeat,
    clockLimitMs: clockLimit,
  };
}

function buildLogin(raw: RawMesh, at: (file: string) => string): MeshLogin {
  const { user, passwordFile, nkeySeedFile, credsFile } = raw;
  if (user !== undefined && passwordFile !== undefined)
    return { kind: 'password', user, passwordFile: at(passwordFile) };
  if (nkeySeedFile !== undefined) return { kind: 'nkey', seedFile: at(nkeySeedFile) };
  if (credsFile !== undefined) return { kind: 'creds', file: at(credsFile) };
  return { kind: 'none' };
}

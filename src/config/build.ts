import { dirname, join, resolve } from 'node:path';
import { emptyBook } from '../core/customer/book.js';
import type { PopId } from '../core/types.js';
import type {
  CommitmentConfig,
  Config,
  DriverConfig,
  PathConfig,
  Pop,
  PostgresConfig,
  ProbeOptions,
} from './config.js';
import { buildNotifications } from './build-notifications.js';
import { buildHttpConfig } from './build-http.js';
import { buildWatch } from './build-watch.js';
import { buildMesh } from './build-mesh.js';
import { expandPaths, sourcesOf } from './mesh.js';
import type { RawConfig } from './schema/schema.js';

/** What a hub is called that has no name of its own: it stands in no PoP. */
const hubName = 'hub';

const defaultDatabase = './data/pop-sla.db';

/**
 * A file that passed every check → the configuration. Relative paths in it start at its own folder; those of the data
 * (`store.path`, `keys.folder`) at `dataFolder`, where an earlier version has put them.
 */
export function buildConfig(
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
    book: emptyBook,
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

import { Document, isMap, isNode, isSeq, visit } from 'yaml';
import { shortestSureMs } from '../core/watch/port.js';
import {
  type CommitmentConfig,
  type Config,
  type DriverConfig,
  type NotificationsConfig,
  type PathConfig,
  type Pop,
  type ProbeOptions,
  type WatchConfig,
  watchNotes,
} from './config.js';
import type { HttpConfig, OidcConfig } from './mesh.js';
import type { MeshConfig, MeshLogin } from './defaults.js';
import { redact } from './strict.js';
import {
  formatDuration,
  formatDurationUs,
  formatInstant,
  formatListen,
  formatMonths,
  formatNetwork,
} from './scalars.js';

/** As a file says it. */
function plainWatch(watch: WatchConfig): object {
  return {
    ports: watch.ports,
    every: formatDuration(watch.everyMs),
    threshold: formatDuration(watch.thresholdMs),
    overdue: { factor: watch.overdueFactor, atLeast: formatDuration(watch.overdueAtLeastMs) },
    burst: { every: formatDuration(watch.burstEveryMs), length: formatDuration(watch.burstLengthMs) },
    recovery: watch.recovery,
    references: watch.references.map((one) => (one.kind === 'pop' ? one.pop : one.address)),
    quorum: watch.quorum,
    heartbeat: formatDuration(watch.heartbeatMs),
    bytes: watch.bytes,
  };
}

/** How late an echo may leave, and a port that is far away. */
const lateMs = 50;
const rttsMs = [20, 200];

/** The shortest outage that is sure to be seen, for people. */
function shortestSure(watch: WatchConfig): string {
  const shown = rttsMs.map(
    (rttMs) =>
      `${formatDuration(shortestSureMs(watch, rttMs, lateMs))} at an RTT of ${formatDuration(rttMs)}`,
  );
  return `the shortest outage that is sure to be seen: ${shown.join(', ')}`;
}

/** As it stands in a file. */
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
    ...known(rest),
    clockSkew: formatDuration(clockSkewMs),
    recheck: formatDuration(recheckMs),
    unconfirmed: formatDuration(unconfirmedMs),
  };
}

const known = (data: object): object =>
  Object.fromEntries(Object.entries(data).filter(([, value]) => value !== null));

/**
 * The configuration as YAML that says the same: defaults filled in, every path written out, units as they are read,
 * secrets hidden.
 */
export function showConfig(config: Config): string {
  const doc = new Document(configJson(config));
  doc.commentBefore = ` ${config.file}, with every default filled in`;
  const watch = doc.get('watch', true);
  const notes = [shortestSure(config.watch), ...watchNotes(config)];
  if (isNode(watch)) watch.commentBefore = notes.map((note) => ` ${note}`).join('\n');
  visit(doc, {
    Collection: (key, node, ancestors) => {
      // An item of a list goes on one line; so does a list of plain values.
      const item = isSeq(ancestors.at(-1)) && isMap(node);
      const list = isSeq(node) && key !== null && node.items.every((inner) => !isMap(inner) && !isSeq(inner));
      if (item || (list && !isPathList(node.items))) node.flow = true;
    },
  });
  return doc.toString({ lineWidth: 0 });
}

/** The same as data. */
export const configJson = (config: Config): object => redact(plain(config)) as object;

const isPathList = (items: readonly unknown[]): boolean => String(items[0]).includes('>');

function plain(config: Config): unknown {
  const { measurement: m, store, http, metrics, log } = config;
  return {
    role: config.role,
    agent: config.agent,
    ...(config.mesh === null ? {} : { mesh: plainMesh(config.mesh) }),
    // An agent that has not heard of its hub's knows of none.
    ...(config.pops.length === 0 ? {} : { pops: config.pops.map(plainPop) }),
    paths: { include: config.paths.map(plainPath), exclude: [] },
    commitments: config.commitments.map(plainCommitment),
    measurement: {
      every: formatDuration(m.everyMs),
      packets: m.packets,
      sizes: m.sizes,
      lengthBasis: m.lengthBasis,
      lostAfter: formatDuration(m.lostAfterMs),
      ...(m.minimumSent === undefined ? {} : { minimumSent: m.minimumSent }),
      lateWait: formatDuration(m.lateWaitMs),
      packetInterval: formatDuration(m.packetIntervalMs),
      spread: formatDuration(m.spreadMs),
      lagLimit: formatDuration(m.lagLimitMs),
    },
    watch: plainWatch(config.watch),
    trace: { enabled: config.trace.enabled, quietAfter: formatDuration(config.trace.quietAfterMs) },
    ...(Object.keys(config.networks).length === 0 ? {} : { networks: config.networks }),
    driver: plainDriver(config.driver),
    store: {
      ...(store.postgres === null ? { path: store.path } : withoutNulls({ ...store.postgres })),
      keepPackets: formatMonths(store.keepPacketsMonths),
      keepRows: formatMonths(store.keepRowsMonths),
    },
    http: plainHttp(http),
    metrics,
    log,
    faults: config.faults,
    notifications: plainNotifications(config.notifications),
    keys: { folder: config.keys.folder },
    statements: {
      grace: formatDuration(config.statements.graceMs),
      claimReminder: formatDuration(config.statements.claimReminderMs),
    },
    ...(config.customers === null ? {} : { customers: config.customers }),
  };
}

function plainPop({ coordinates, ...pop }: Pop): object {
  const { id, name, region, ipv4, ipv6, host } = pop;
  const place = coordinates === null ? null : [coordinates.latitude, coordinates.longitude];
  return withoutNulls({ id, name, region, ipv4, ipv6, host, coordinates: place });
}

function plainPath({ id, from, to, probe }: PathConfig): object | string {
  if (from === null && to === null && probe === undefined) return id;
  return withoutNulls({
    path: id,
    ...bounds({ from, to }),
    probe: probe === undefined ? null : plainProbe(probe),
  });
}

function plainProbe({ source, ...rest }: ProbeOptions): object {
  return withoutNulls({ ...rest, sourceAddress: source ?? null });
}

function plainCommitment({ scope, latencyMs, from }: CommitmentConfig): object {
  const of = scope.kind === 'path' ? { path: scope.path } : { regions: scope.regions };
  return withoutNulls({ ...of, latency: `${latencyMs}ms`, ...bounds({ from }) });
}

function plainDriver({ kind, simulated }: DriverConfig): object | string {
  if (simulated === null) return kind;
  const rules = simulated.rules.map(({ address, from, to, delayUs, jitterUs, loss = null, down = null }) =>
    withoutNulls({
      address,
      ...bounds({ from, to }),
      delay: delayUs === undefined ? null : formatDurationUs(delayUs),
      jitter: jitterUs === undefined ? null : formatDurationUs(jitterUs),
      loss,
      down,
    }),
  );
  return { kind, seed: simulated.seed, rules };
}

function bounds({ from, to = null }: { from: number | null; to?: number | null }): object {
  return { from: from === null ? null : formatInstant(from), to: to === null ? null : formatInstant(to) };
}

/** Without the keys that have no value. */
function withoutNulls(data: object): object {
  return Object.fromEntries(Object.entries(data).filter(([, value]) => value !== null));
}

/** As a file says it. */
function plainNotifications(notifications: NotificationsConfig): object {
  const { attempts, firstRetryMs, longestRetryMs, timeoutMs, allow, smtp } = notifications;
  return {
    attempts,
    firstRetry: formatDuration(firstRetryMs),
    longestRetry: formatDuration(longestRetryMs),
    timeout: formatDuration(timeoutMs),
    webhooks: { allow: allow.map(formatNetwork) },
    ...(smtp && {
      smtp: Object.fromEntries(Object.entries(smtp).filter(([, value]) => value !== null)),
    }),
  };
}

/** As it stands in a file. */
function plainMesh({ servers, login, tls, replicas, ...times }: MeshConfig): object {
  return {
    servers,
    ...plainLogin(login),
    ...(tls === null
      ? {}
      : { tls: Object.fromEntries(Object.entries(tls).filter(([, file]) => file !== null)) }),
    replicas,
    keep: formatDuration(times.keepMs),
    heartbeat: formatDuration(times.heartbeatMs),
    clockLimit: formatDuration(times.clockLimitMs),
  };
}

function plainLogin(login: MeshLogin): object {
  switch (login.kind) {
    case 'none':
      return {};
    case 'password':
      return { user: login.user, passwordFile: login.passwordFile };
    case 'nkey':
      return { nkeySeedFile: login.seedFile };
    case 'creds':
      return { credsFile: login.file };
  }
}

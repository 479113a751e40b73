import { Document, isMap, isNode, isSeq, visit } from 'yaml';
import type { CommitmentConfig, Config, DriverConfig, PathConfig, Pop, ProbeOptions } from './config.js';
import { redact } from './redact.js';
import { plainNotifications } from './show-notifications.js';
import { plainHttp } from './show-http.js';
import { plainMesh } from './show-mesh.js';
import { plainWatch, shortestSure } from './show-watch.js';
import { watchNotes } from './watch-notes.js';
import { formatDuration, formatDurationUs } from './scalars/duration.js';
import { formatInstant } from './scalars/instant.js';
import { formatMonths } from './scalars/months.js';

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
      ...(store.postgres === null ? { path: store.path } : known({ ...store.postgres })),
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
  return known({ id, name, region, ipv4, ipv6, host, coordinates: place });
}

function plainPath({ id, from, to, probe }: PathConfig): object | string {
  if (from === null && to === null && probe === undefined) return id;
  return known({ path: id, ...bounds({ from, to }), probe: probe === undefined ? null : plainProbe(probe) });
}

function plainProbe({ source, ...rest }: ProbeOptions): object {
  return known({ ...rest, sourceAddress: source ?? null });
}

function plainCommitment({ scope, latencyMs, from }: CommitmentConfig): object {
  const of = scope.kind === 'path' ? { path: scope.path } : { regions: scope.regions };
  return known({ ...of, latency: `${latencyMs}ms`, ...bounds({ from }) });
}

function plainDriver({ kind, simulated }: DriverConfig): object | string {
  if (simulated === null) return kind;
  const rules = simulated.rules.map(({ address, from, to, delayUs, jitterUs, loss = null, down = null }) =>
    known({
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
function known(data: object): object {
  return Object.fromEntries(Object.entries(data).filter(([, value]) => value !== null));
}

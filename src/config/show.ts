import { Document, isMap, isNode, isSeq, visit } from 'yaml';
import { shortestSureMs } from '../core/watch/port.js';
import { type Config, type WatchConfig, watchNotes } from './config.js';
import { formatDuration } from './scalars.js';
import { billingSection } from './sections/billing.js';
import { driverSection } from './sections/driver.js';
import { httpSection } from './sections/http.js';
import { measurementSection } from './sections/measurement.js';
import { meshSection } from './sections/mesh.js';
import { notificationsSection } from './sections/notifications.js';
import { commitmentSection, pathsSection, popSection } from './sections/paths.js';
import {
  faultsSection,
  keysSection,
  logSection,
  metricsSection,
  csvSection,
  statementsSection,
  storeSection,
} from './sections/store.js';
import { traceSection, watchSection } from './sections/watch.js';
import { redact } from './strict.js';

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
  const { mesh, pops, networks, customers } = config;
  return {
    role: config.role,
    agent: config.agent,
    ...(mesh === null ? {} : { mesh: meshSection.show(mesh) }),
    // An agent that has not heard of its hub's knows of none.
    ...(pops.length === 0 ? {} : { pops: pops.map(popSection.show) }),
    paths: pathsSection.show(config.paths),
    commitments: config.commitments.map(commitmentSection.show),
    measurement: measurementSection.show(config.measurement),
    watch: watchSection.show(config.watch),
    trace: traceSection.show(config.trace),
    ...(Object.keys(networks).length === 0 ? {} : { networks }),
    driver: driverSection.show(config.driver),
    store: storeSection.show(config.store),
    http: httpSection.show(config.http),
    metrics: metricsSection.show(config.metrics),
    log: logSection.show(config.log),
    faults: faultsSection.show(config.faults),
    notifications: notificationsSection.show(config.notifications),
    keys: keysSection.show(config.keys),
    statements: statementsSection.show(config.statements),
    csv: csvSection.show(config.csv),
    billing: billingSection.show(config.billing),
    ...(customers === null ? {} : { customers }),
  };
}

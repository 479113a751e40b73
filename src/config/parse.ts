import { dirname, resolve } from 'node:path';
import { emptyCustomerRegistry } from '../core/customer/book.js';
import { checkAll } from './checks/checks.js';
import type { Config } from './config.js';
import type { Problem } from './problem.js';
import { configSchema, type RawConfig } from './schema.js';
import { billingSection } from './sections/billing.js';
import { driverSection } from './sections/driver.js';
import { httpSection } from './sections/http.js';
import { measurementSection } from './sections/measurement.js';
import { meshSection } from './sections/mesh.js';
import { notificationsSection } from './sections/notifications.js';
import { commitmentSection, pathsSection, popSection, sourcesOf } from './sections/paths.js';
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
import { parseStrict } from './strict.js';

/** What a hub is called that has no name of its own: it stands in no PoP. */
const hubName = 'hub';

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
  const { role, agent = hubName } = raw;
  const folder = resolve(cwd, dirname(file));
  const pops = (raw.pops ?? []).map(popSection.build);
  const ids = pops.map(({ id }) => id);
  const sources = sourcesOf({ role, agent, pops: ids });
  const paths = pathsSection.build(raw.paths, { sources, pops: ids, probe: raw.measurement.probe });
  return {
    file: resolve(cwd, file),
    role,
    mesh: raw.mesh === undefined ? null : meshSection.build(raw.mesh, folder),
    agent,
    pops,
    paths,
    commitments: raw.commitments.map(commitmentSection.build),
    measurement: measurementSection.build(raw.measurement),
    watch: watchSection.build(raw.watch, { paths, self: role === 'hub' ? null : agent }),
    trace: traceSection.build(raw.trace),
    networks: raw.networks,
    driver: driverSection.build(raw.driver),
    store: storeSection.build(raw.store, { folder, dataFolder }),
    http: httpSection.build(raw.http, folder),
    metrics: metricsSection.build(raw.metrics),
    log: logSection.build(raw.log),
    faults: faultsSection.build(raw.faults),
    notifications: notificationsSection.build(raw.notifications),
    keys: keysSection.build(raw.keys, raw.store, dataFolder),
    statements: statementsSection.build(raw.statements),
    csv: csvSection.build(raw.csv),
    billing: billingSection.build(raw.billing, folder),
    customers: raw.customers === undefined ? null : resolve(folder, raw.customers),
    book: emptyCustomerRegistry,
    bookBase: null,
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

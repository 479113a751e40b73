import type { CsvDialect } from '../core/text/csv-dialect.js';
import type { CustomerRegistry } from '../core/customer/book.js';
import type { PopId } from '../core/types.js';
import type { BookBase } from './customers/parse.js';
import { driversWithoutEcho, type MeshRole } from './defaults.js';
import type { BillingConfig } from './sections/billing.js';
import type { DriverConfig } from './sections/driver.js';
import type { HttpConfig } from './sections/http.js';
import type { MeasurementConfig } from './sections/measurement.js';
import type { MeshConfig } from './sections/mesh.js';
import type { NotificationsConfig } from './sections/notifications.js';
import type { CommitmentConfig, PathConfig, Pop } from './sections/paths.js';
import type {
  FaultsConfig,
  KeysConfig,
  LogConfig,
  MetricsConfig,
  StatementsConfig,
  StoreConfig,
} from './sections/store.js';
import type { TraceConfig, WatchConfig } from './sections/watch.js';

export type { BillingConfig, Issuer, PostingTerms } from './sections/billing.js';
export type { DriverConfig } from './sections/driver.js';
export type { HttpConfig } from './sections/http.js';
export type { MeasurementConfig, ProbeOptions } from './sections/measurement.js';
export type { MeshConfig } from './sections/mesh.js';
export type { NotificationsConfig, QuietHours, SmtpConfig } from './sections/notifications.js';
export type { CommitmentConfig, PathConfig, Pop } from './sections/paths.js';
export type {
  FaultsConfig,
  KeysConfig,
  LogConfig,
  MetricsConfig,
  PostgresConfig,
  StatementsConfig,
  StoreConfig,
} from './sections/store.js';
export type { TraceConfig, WatchConfig, WatchReference } from './sections/watch.js';
export type { MeshRole };

/** The daemon's configuration after every check: defaults filled in, units resolved, paths expanded. */
export interface Config {
  /** The file it was read from, absolute. */
  readonly file: string;
  readonly role: MeshRole;
  /** Null: it stands alone. */
  readonly mesh: MeshConfig | null;
  /** Which PoP this agent stands in: the source of its paths. A hub stands in none: what it is called. */
  readonly agent: PopId;
  /** An agent's are the hub's, and none until it has heard of them. */
  readonly pops: readonly Pop[];
  /** The directed paths this agent measures, or that the hub judges; sorted by id. */
  readonly paths: readonly PathConfig[];
  readonly commitments: readonly CommitmentConfig[];
  readonly measurement: MeasurementConfig;
  readonly watch: WatchConfig;
  readonly trace: TraceConfig;
  /** Whose networks are, by their prefixes: `10.0.0.0/8`. */
  readonly networks: Readonly<Record<string, string>>;
  readonly driver: DriverConfig;
  readonly store: StoreConfig;
  readonly http: HttpConfig;
  readonly metrics: MetricsConfig;
  readonly log: LogConfig;
  readonly faults: FaultsConfig;
  readonly notifications: NotificationsConfig;
  readonly keys: KeysConfig;
  readonly statements: StatementsConfig;
  readonly csv: CsvDialect;
  readonly billing: BillingConfig;
  /** The file of customers, absolute; null: there is none. */
  readonly customers: string | null;
  /** The book in force: what that file says and what was entered; empty until the file was read. */
  readonly book: CustomerRegistry;
  /** What the file alone says; null until it was read. */
  readonly bookBase: BookBase | null;
}

/** What this configuration leaves unwatched, a line each, for people; months count that time as unobserved. */
export function watchNotes({
  agent,
  book,
  driver,
  watch,
}: Pick<Config, 'agent' | 'book' | 'driver' | 'watch'>): string[] {
  const notes: string[] = [];
  if (watch.ports.length > 0 && (driversWithoutEcho as readonly string[]).includes(driver.kind)) {
    notes.push(
      `the driver ${driver.kind} measures rounds only: no port is watched, and all of its time is unobserved; ` +
        'auto, kernel and net-ping watch',
    );
  }
  const used = new Set(book.services.flatMap(({ terms }) => terms.flatMap(({ lines }) => lines)));
  const ports = new Map<string, string[]>();
  for (const { id, pop } of book.lines) {
    if (used.has(id) && !watch.ports.includes(pop)) ports.set(pop, [...(ports.get(pop) ?? []), id]);
  }
  for (const [port, lines] of ports) {
    const why = port === agent ? 'the agent stands in it' : 'it is not among watch.ports';
    notes.push(
      `the port of ${port} is not watched from here, ${why}: the time of ${listed(lines)} is unobserved, ` +
        'unless another agent watches it',
    );
  }
  return notes;
}

const most = 6;

function listed(lines: readonly string[]): string {
  const more = lines.length > most ? ` and ${lines.length - most} more` : '';
  return `${lines.length === 1 ? 'line' : 'lines'} ${lines.slice(0, most).join(', ')}${more}`;
}

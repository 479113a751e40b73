import type { NetworkEventName } from '../core/network-event.js';
import type { CustomerRegistry } from '../core/customer/book.js';
import type { LengthBasis } from '../core/measurement/round.js';
import type { EpochMs, PathId, PopId } from '../core/types.js';
import type { Quorum } from '../core/watch/outage.js';
import type { WatchRules } from '../core/watch/port.js';
import type { BookBase } from './customers/parse.js';
import { driversWithoutEcho, type MeshConfig, type MeshRole } from './defaults.js';
import type { HttpConfig } from './mesh.js';
import type { Network } from './scalars.js';

export type { HttpConfig, MeshConfig, MeshRole };

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
  /** The file of customers, absolute; null: there is none. */
  readonly customers: string | null;
  /** The book in force: what that file says and what was entered; empty until the file was read. */
  readonly book: CustomerRegistry;
  /** What the file alone says; null until it was read. */
  readonly bookBase: BookBase | null;
}

/** Traces of paths when something is wrong, and once a day when nothing is. */
interface TraceConfig {
  readonly enabled: boolean;
  /** How long a port has to have been up and undisturbed for a trace to compare with. */
  readonly quietAfterMs: number;
}

export interface Pop {
  readonly id: PopId;
  readonly name: string;
  readonly region: string | null;
  /** At least one of the three is given. A literal address is preferred to a host name. */
  readonly ipv4: string | null;
  readonly ipv6: string | null;
  readonly host: string | null;
  readonly coordinates: { readonly latitude: number; readonly longitude: number } | null;
}

export interface PathConfig {
  readonly id: PathId;
  readonly source: PopId;
  readonly destination: PopId;
  /** Slots in [from, to) are due; null: no bound. */
  readonly from: EpochMs | null;
  readonly to: EpochMs | null;
  /** How its packets are made; left out where the file asks for nothing. */
  readonly probe?: ProbeOptions;
}

/** What a path asks of its packets; what is left out is the system's choice. */
export interface ProbeOptions {
  /** Differentiated services code point, 0 to 63 (RFC 2474). */
  readonly dscp?: number;
  /** TTL or hop limit, 1 to 255. */
  readonly ttl?: number;
  /** The address to send from. */
  readonly source?: string;
  readonly dontFragment?: boolean;
  /** The name of the interface to send through. */
  readonly interface?: string;
}

/** What latency is promised, in both directions for a pair of regions. */
export interface CommitmentConfig {
  readonly scope:
    | { readonly kind: 'path'; readonly path: PathId }
    | { readonly kind: 'regions'; readonly regions: readonly [string, string] };
  /** Milliseconds as a decimal with at most three places, as written: `35`, `35.250`. */
  readonly latencyMs: string;
  /** From when it holds. */
  readonly from: EpochMs | null;
}

export interface MeasurementConfig {
  /** Between two slots; divides a day. */
  readonly everyMs: number;
  /** Echo requests of each size. */
  readonly packets: number;
  /** A round with a size of which fewer could be sent is `partial`; left out: nine in ten of `packets`. */
  readonly minimumSent?: number;
  readonly sizes: readonly number[];
  readonly lengthBasis: LengthBasis;
  readonly lostAfterMs: number;
  /** How much longer late replies are waited for. */
  readonly lateWaitMs: number;
  /** Between two packets of one size. */
  readonly packetIntervalMs: number;
  /** A round starts at a random instant in [slot, slot + spread). */
  readonly spreadMs: number;
  /** A round with a packet that left later than this against its schedule is the observer's fault, and missing. */
  readonly lagLimitMs: number;
}

/** The continuous availability check of the ports. */
export interface WatchConfig extends WatchRules {
  /** The PoPs whose ports this agent watches; none: it watches nothing. */
  readonly ports: readonly PopId[];
  /** When all of these vanish at once it is this agent that is cut off. */
  readonly references: readonly WatchReference[];
  /** How many of the observers that see a port have to see it down. */
  readonly quorum: Quorum;
  /** How often it is written down that the agent watches. */
  readonly heartbeatMs: number;
  /** The length of an echo's ICMP message, header included. */
  readonly bytes: number;
}

export type WatchReference =
  { readonly kind: 'pop'; readonly pop: PopId } | { readonly kind: 'address'; readonly address: string };

export interface DriverConfig {
  readonly kind: string;
  /** The script of the `simulated` kind; null for the others. */
  readonly simulated: SimulatedConfig | null;
}

interface SimulatedConfig {
  readonly seed: number;
  /** In order; a later rule overrides the keys it sets, for the addresses and times it matches. */
  readonly rules: readonly SimulatedRule[];
}

interface SimulatedRule {
  /** A target's address; null: all of them. */
  readonly address: string | null;
  /** Holds in [from, to); null: no bound. */
  readonly from: EpochMs | null;
  readonly to: EpochMs | null;
  readonly delayUs?: number;
  /** Standard deviation of a normal jitter. */
  readonly jitterUs?: number;
  /** Chance of a packet to be lost, 0 to 1. */
  readonly loss?: number;
  /** True: the target answers nothing. */
  readonly down?: boolean;
}

export interface StoreConfig {
  /** The SQLite file, absolute. Unused with PostgreSQL. */
  readonly path: string;
  /** Where that file would be by its name, when it was found in the working directory, as of version 0.1. */
  readonly placeNow?: string;
  /** Null: the store is that file. */
  readonly postgres: PostgresConfig | null;
  readonly keepPacketsMonths: number;
  readonly keepRowsMonths: number;
}

export interface PostgresConfig {
  /** As `parsePostgresUrl` reads it; it may hold a password. */
  readonly url: string;
  /** A file with the password alone, absolute. */
  readonly passwordFile: string | null;
}

interface KeysConfig {
  /** Where the keys that sign statements lie, absolute. */
  readonly folder: string;
  /** As `StoreConfig.placeNow`. */
  readonly placeNow?: string;
}

interface StatementsConfig {
  /** How long after its end a month is closed. */
  readonly graceMs: number;
  /** How long before its last day an open claim is reminded of. */
  readonly claimReminderMs: number;
}

/** What `/metrics` shows beside the rest. */
interface MetricsConfig {
  /** The figures of each packet size of each path. */
  readonly perSize: boolean;
  /** Rents and credits. */
  readonly money: boolean;
}

interface FaultsConfig {
  /** So many rounds in a row with a band worse than normal suggest a report. */
  readonly suggestAfterRounds: number;
}

/** How customers and other systems are told of what happens. */
export interface NotificationsConfig {
  /** So often a message is tried before it is given up. */
  readonly attempts: number;
  /** Before the second try; doubled before each further one, up to the longest. */
  readonly firstRetryMs: number;
  readonly longestRetryMs: number;
  /** Of one try. */
  readonly timeoutMs: number;
  /** Networks of this house that webhooks may go to all the same. */
  readonly allow: readonly Network[];
  /** Null: no mail is sent. */
  readonly smtp: SmtpConfig | null;
  /** Null: there are none. */
  readonly quietHours: QuietHours | null;
}

/** A time of the day in which events of the network wait, but for the urgent ones. */
export interface QuietHours {
  /** `HH:MM`; the end may lie before the begin: it is that of the next day. */
  readonly from: string;
  readonly to: string;
  /** IANA. */
  readonly zone: string;
  readonly urgent: readonly NetworkEventName[];
}

export interface SmtpConfig {
  readonly host: string;
  readonly port: number;
  readonly security: 'starttls' | 'tls' | 'none';
  readonly from: string;
  readonly user: string | null;
  readonly password: string | null;
}

export interface LogConfig {
  readonly level: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
  /** `auto`: for people on a terminal, JSON elsewhere. */
  readonly format: 'auto' | 'json' | 'pretty';
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

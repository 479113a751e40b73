import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Config } from '../config/config.js';
import { findHome } from '../config/defaults.js';
import type { FromHub } from '../config/hub.js';
import { loadConfig } from '../config/load.js';
import { planFiles } from '../config/plan/parse.js';
import type { Problem } from '../config/problem.js';
import type { Trace } from '../core/access/claims.js';
import type { AttachmentRef } from '../core/ledger/actions.js';
import { validationError } from '../core/ledger/errors.js';
import type { Plan } from '../core/plan.js';
import type { EpochMs } from '../core/types.js';
import type { Clock, Log } from '../engine/ports.js';
import type { HttpOptions } from '../http/http.js';
import type { StandingListener } from '../metrics/metrics.js';
import { keyFolder, type KeyFolder } from '../seal/keys.js';
import { writeWhole } from '../seal/whole-file.js';
import { createAuthenticator } from '../services/access/authenticator.js';
import {
  auditTrail,
  createRegistry,
  leaveTrace,
  type Registry,
  type TrailAudit,
} from '../services/access/registry.js';
import { type Billing, createBilling } from '../services/credits/billing.js';
import { CustomerConflictError, hasBook, withLedgerEntries } from '../services/customers/in-force.js';
import { type EvidenceMade, packEvidence } from '../services/evidence/make.js';
import { type Imported, importExclusions } from '../services/ledger/import.js';
import { ValidationError, textsOf } from '../services/ledger/entries.js';
import { createLedgerBacklog, type LedgerBacklog } from '../services/ledger/backlog.js';
import { createReports, type Reports } from '../services/reports.js';
import { closeStanding } from '../services/statements/month-close.js';
import { reportsStanding } from '../services/tickets/append.js';
import { createTicketBacklog, type TicketBacklog } from '../services/tickets/service.js';
import type { TrailStore } from '../store/access-store.js';
import { type FeedStore, type LedgerStore, maxAttachmentBytes } from '../store/ledger-store.js';
import type { Store } from '../store/store.js';
import { ConfigRejectedError, ListenError } from './round-log.js';
import { openStore, readStore } from './store.js';

interface AccessOptions {
  readonly store: Pick<Store, 'access'>;
  readonly config: () => Config;
  readonly now: () => EpochMs;
}

/** Who may come in, as the web server asks it. Rejects with `ListenError`. */
export async function openAccess({
  store,
  config,
  now,
}: AccessOptions): Promise<NonNullable<HttpOptions['access']>> {
  const { auth, publicUrl } = config().http;
  const { sessionMs, idleMs, secondFactor, oidc } = auth;
  const door = createAuthenticator({ store: store.access, now, sessionMs, idleMs, secondFactor });
  // Loaded where there is a provider: it takes its time.
  const { createOidc } = oidc === null ? { createOidc: null } : await import('../services/access/oidc.js');
  const customers = () => config().book.customers.map(({ id }) => id);
  return {
    door,
    store: store.access,
    now,
    registry: createRegistry({ store: store.access, now, customers }),
    oidc:
      oidc === null || publicUrl === null || createOidc === null
        ? undefined
        : createOidc({
            config: oidc,
            door,
            customers,
            now,
            redirectUri: `${publicUrl}/auth/oidc/callback`,
            clientSecret: oidc.clientSecretFile === null ? null : await readSecret(oidc.clientSecretFile),
          }),
  };
}

const readSecret = async (file: string): Promise<string> =>
  (await readText('http.auth.oidc.clientSecretFile', file, 'a file')).trim();

/** The texts of both files. Rejects with `ListenError`. */
export async function readTls({ cert, key }: { readonly cert: string; readonly key: string }) {
  return {
    cert: await readText('http.tls.cert', cert, 'a PEM file'),
    key: await readText('http.tls.key', key, 'a PEM file'),
  };
}

async function readText(name: string, file: string, what: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const fault = `${name} ${file} can't be read (${code ?? String(error)})`;
    throw new ListenError(`${fault}; allowed: ${what} that this user may read`, { cause: error });
  }
}

export interface OpenBillingOptions {
  readonly config: Config;
  readonly now: () => EpochMs;
  /** The version of this program. */
  readonly version: string;
  /** Opens the store for writing, beside a daemon or without one; reading leaves everything as it is. */
  readonly write: boolean;
}

export interface OpenBilling extends Billing {
  close(): Promise<void>;
}

/** Statements and what follows from them, from a store that is opened for this alone. Rejects with `StoreError`. */
export async function openBilling({ config, now, version, write }: OpenBillingOptions): Promise<OpenBilling> {
  const store = await openStore(config, { readOnly: !write });
  const billing = createBilling({
    store,
    config: () => config,
    now,
    software: version,
    signer: () => keyFolder(config.keys.folder).signer(),
  });
  return { ...billing, close: () => store.close() };
}

/** The installation's keys. */
export const openKeys = (config: Config): KeyFolder => keyFolder(config.keys.folder);

/** How soon the daemon takes up what the command line entered beside it. */
const everyMs = 60_000;

/**
 * The configuration with the customer entries of the ledger applied; rejects with a `ConfigRejectedError` where they
 * contradict it.
 */
export async function withEntered(config: Config, ledger: LedgerStore): Promise<Config> {
  try {
    return withLedgerEntries(config, await ledger.events());
  } catch (error) {
    if (error instanceof CustomerConflictError) throw new ConfigRejectedError(problemsOf(error));
    throw error;
  }
}

const problemsOf = ({ refusals }: CustomerConflictError): Problem[] =>
  refusals.map(({ field, what, allowed }) => ({
    file: field,
    line: null,
    column: null,
    path: '',
    value: null,
    what,
    allowed,
  }));

interface BookOptions {
  readonly ledger: LedgerStore;
  readonly clock: Clock;
  readonly log: Log;
  /** Takes the ledger's news into the configuration in force. */
  readonly refresh: () => Promise<void>;
}

/** Looks every minute whether something of the book was entered, until `signal` is aborted. */
export async function followBook(
  { ledger, clock, log, refresh }: BookOptions,
  signal: AbortSignal,
): Promise<void> {
  let after: number | null = null;
  while (!signal.aborted) {
    try {
      const news = await ledger.events(after === null ? {} : { after });
      if (after !== null && hasBook(news)) await refresh();
      after = news.at(-1)?.seq ?? after ?? 0;
    } catch (error) {
      log.warn({ err: error }, 'what was entered of the book could not be read; tried again in a minute');
    }
    await clock.sleep(everyMs, signal);
  }
}

/** A file that does not go with what was entered is refused like any other that is wrong. */
export async function loadWithEntered(
  file: string,
  ledger: LedgerStore,
  hub: FromHub | null,
): ReturnType<typeof loadConfig> {
  const loaded = await loadConfig(file, process.cwd(), hub);
  if (!loaded.ok) return loaded;
  try {
    return { ok: true, config: await withEntered(loaded.config, ledger) };
  } catch (error) {
    if (error instanceof ConfigRejectedError) return { ok: false, problems: error.problems };
    throw error;
  }
}

export type { EvidenceMade } from '../services/evidence/make.js';

export interface EvidenceOptions {
  readonly config: Config;
  readonly service: string;
  /** `2026-10`. */
  readonly month: string;
  /** Absolute. */
  readonly file: string;
  readonly now: EpochMs;
  readonly software: string;
}

/**
 * Writes the pack of one service's month, completely or not at all. Rejects with an `EvidenceUnavailableError`, a
 * `StoreError` or a `KeyError`.
 */
export async function makeEvidence({ file, ...options }: EvidenceOptions): Promise<EvidenceMade> {
  const store = await readStore(options.config);
  try {
    const { pack, made } = await packEvidence({ store, ...options });
    await writeWhole(file, pack);
    return made;
  } finally {
    await store.close();
  }
}

export interface LedgerOptions {
  readonly config: Config;
  readonly now: () => EpochMs;
  /** Opens the store for writing, beside a daemon or without one; reading leaves everything as it is. */
  readonly write: boolean;
}

/** The ledger and the months that stand on it, from a store that is opened for this alone. */
export interface OpenLedger extends Omit<LedgerBacklog, 'attach'> {
  readonly textsOf: typeof textsOf;
  importExclusions(
    actor: string,
    inputs: Parameters<typeof importExclusions>[2],
    options?: Parameters<typeof importExclusions>[3],
  ): Promise<Imported>;
  readonly feeds: FeedStore;
  /** Reads and keeps files of this machine: all of them or, when one can't be read, none. */
  attach(files: readonly string[]): Promise<AttachmentRef[]>;
  /** The same of a fault report, whose files have to be what their names say. */
  attachToReport(files: readonly string[]): Promise<AttachmentRef[]>;
  readonly faults: TicketBacklog;
  close(): Promise<void>;
}

/** Rejects with `StoreError`. */
export async function openLedger({ config, now, write }: LedgerOptions): Promise<OpenLedger> {
  const store = await openStore(config, { readOnly: !write });
  const office = createLedgerBacklog({ store, config: () => config, now });
  const faults = createTicketBacklog({ store, ledger: office.desk, config: () => config, now });
  const keep = async (
    files: readonly string[],
    attach: LedgerBacklog['attach'],
  ): Promise<AttachmentRef[]> => {
    const contents = await Promise.all(files.map(readAttachment));
    return Promise.all(contents.map((content, index) => attach(basename(files[index] ?? ''), content)));
  };
  return {
    ...office,
    textsOf,
    importExclusions: (actor, inputs, options) => importExclusions(office.desk, actor, inputs, options),
    feeds: store.feeds,
    faults,
    attach: (files) => keep(files, (name, content) => office.attach(name, content)),
    attachToReport: (files) => keep(files, (name, content) => faults.desk.attach(name, content)),
    close: () => store.close(),
  };
}

async function readAttachment(file: string): Promise<Uint8Array> {
  try {
    // Before it is read: a file that is too large may not fit the memory either.
    const { size } = await stat(file);
    if (size <= maxAttachmentBytes) return await readFile(file);
    const what = `${file} has ${size} bytes`;
    throw new ValidationError([
      validationError('attach', what, `files of at most ${maxAttachmentBytes} bytes`),
    ]);
  } catch (error) {
    if (error instanceof ValidationError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw new ValidationError([
      validationError('attach', `${file} can't be read (${code ?? String(error)})`, 'a readable file'),
    ]);
  }
}

interface BacklogOptions {
  readonly clock: Clock;
  readonly store: Pick<Store, 'faults' | 'statements' | 'paths'>;
  readonly config: () => Config;
  readonly tell: Pick<StandingListener, 'reports' | 'close'>;
  readonly log: Log;
}

/** Looks every minute at what people have to do: fault reports, and months to be sealed. */
export async function pollBacklog(
  { clock, store, config, tell, log }: BacklogOptions,
  signal: AbortSignal,
): Promise<void> {
  const sealed = new Set<string>();
  let failed = false;
  while (!signal.aborted) {
    try {
      tell.reports(await reportsStanding(store.faults, clock.now()));
      const { book } = config();
      const close = await closeStanding({ store, book, now: clock.now(), sealed });
      if (close) tell.close(close);
      failed = false;
    } catch (error) {
      if (!failed) log.warn({ err: error }, 'reports and months could not be looked at; tried every minute');
      failed = true;
    }
    await clock.sleep(everyMs, signal);
  }
}

export interface RegistryOptions {
  readonly config: Config;
  readonly now: () => EpochMs;
  readonly write: boolean;
}

/** Who may come in and what was done, from a store that is opened for this alone. */
export interface OpenRegistry extends Registry {
  readonly trail: Pick<TrailStore, 'list'>;
  leaveTrace(trace: Omit<Trace, 'at'>): Promise<void>;
  auditTrail(): Promise<TrailAudit>;
  close(): Promise<void>;
}

/** Rejects with `StoreError`. */
export async function openRegistry({ config, now, write }: RegistryOptions): Promise<OpenRegistry> {
  const store = await openStore(config, { readOnly: !write });
  const { trail } = store.access;
  const { book } = await withEntered(config, store.ledger);
  const customers = () => book.customers.map(({ id }) => id);
  return {
    ...createRegistry({ store: store.access, now, customers }),
    trail,
    leaveTrace: (trace) => leaveTrace(trail, { ...trace, at: now() }),
    auditTrail: () => auditTrail(trail),
    close: () => store.close(),
  };
}

export interface ReportsOptions {
  readonly config: Config;
  readonly now: () => EpochMs;
  /** The version of this program. */
  readonly software: string;
}

/** Reports from a store that is opened for this alone, to read. */
export interface OpenReports extends Reports {
  close(): Promise<void>;
}

/** Rejects with `StoreError`. */
export async function openReports({ config, now, software }: ReportsOptions): Promise<OpenReports> {
  const store = await readStore(config);
  const reports = createReports({ store, config: () => config, now, software });
  return { ...reports, close: () => store.close() };
}

/** The built-in contract: what judges a path that no service names. Null where its file is gone. */
export function contractPlan(): Plan | null {
  const result = planFiles(findHome()).byId('ctg-cloud-connection');
  return result?.ok === true ? result.plan : null;
}

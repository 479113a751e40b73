import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Config } from '../config/config.js';
import type { Trace } from '../core/access/claims.js';
import type { AttachmentRef } from '../core/ledger/actions.js';
import { validationError } from '../core/ledger/errors.js';
import type { EpochMs } from '../core/types.js';
import { keyFolder, type KeyFolder } from '../seal/keys.js';
import { writeAtomically } from '../seal/atomic-file.js';
import {
  auditTrail,
  createRegistry,
  leaveTrace,
  type Registry,
  type TrailAudit,
} from '../services/access/registry.js';
import { type Billing, createBilling } from '../services/credits/billing.js';
import { type EvidenceMade, packEvidence } from '../services/evidence/make.js';
import { type Imported, importExclusions } from '../services/ledger/import.js';
import { ValidationError, textsOf } from '../services/ledger/entries.js';
import { createLedgerBacklog, type LedgerBacklog } from '../services/ledger/backlog.js';
import { createReports, type Reports } from '../services/reports.js';
import { createTicketBacklog, type TicketBacklog } from '../services/tickets/service.js';
import type { TrailStore } from '../store/access-store.js';
import { type FeedStore, maxAttachmentBytes } from '../store/ledger-store.js';
import { withEntered } from './configuration.js';
import { openStore, readStore } from './store.js';

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
    await writeAtomically(file, pack);
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

/** The ledger and the months that are based on it, from a store that is opened for this alone. */
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
  const ledgerBacklog = createLedgerBacklog({ store, config: () => config, now });
  const faults = createTicketBacklog({
    store,
    ledger: ledgerBacklog.ledgerService,
    config: () => config,
    now,
  });
  const keep = async (
    files: readonly string[],
    attach: LedgerBacklog['attach'],
  ): Promise<AttachmentRef[]> => {
    const contents = await Promise.all(files.map(readAttachment));
    return Promise.all(contents.map((content, index) => attach(basename(files[index] ?? ''), content)));
  };
  return {
    ...ledgerBacklog,
    textsOf,
    importExclusions: (actor, inputs, options) =>
      importExclusions(ledgerBacklog.ledgerService, actor, inputs, options),
    feeds: store.feeds,
    faults,
    attach: (files) => keep(files, (name, content) => ledgerBacklog.attach(name, content)),
    attachToReport: (files) => keep(files, (name, content) => faults.ticketService.attach(name, content)),
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
  const reports = createReports({ store, config: () => config, now, software, renewDrafts: true });
  return { ...reports, close: () => store.close() };
}

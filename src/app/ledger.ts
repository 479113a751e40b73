import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Config } from '../config/config.js';
import type { AttachmentRef } from '../core/ledger/actions.js';
import { refuse } from '../core/ledger/refusal.js';
import type { EpochMs } from '../core/types.js';
import { Refused } from '../engine/ledger/enter.js';
import { textsOf } from '../engine/ledger/entry.js';
import { importExclusions, type Imported } from '../engine/ledger/import.js';
import { createFaultOffice, type FaultOffice } from '../engine/fault/office.js';
import { createOffice, type Office } from '../engine/ledger/office.js';
import { maxAttachmentBytes } from '../store/ledger-store.js';
import { openStore } from './open-store.js';

export interface LedgerOptions {
  readonly config: Config;
  readonly now: () => EpochMs;
  /** Opens the store for writing, beside a daemon or without one; reading leaves everything as it is. */
  readonly write: boolean;
}

/** The ledger and the months that stand on it, from a store that is opened for this alone. */
export interface OpenLedger extends Omit<Office, 'attach'> {
  readonly textsOf: typeof textsOf;
  importExclusions(actor: string, inputs: Parameters<typeof textsOf>[0]): Promise<Imported>;
  /** Reads and keeps files of this machine: all of them or, when one can't be read, none. */
  attach(files: readonly string[]): Promise<AttachmentRef[]>;
  /** The same of a fault report, whose files have to be what their names say. */
  attachToReport(files: readonly string[]): Promise<AttachmentRef[]>;
  readonly faults: FaultOffice;
  close(): Promise<void>;
}

/** Rejects with `StoreFault`. */
export async function openLedger({ config, now, write }: LedgerOptions): Promise<OpenLedger> {
  const store = await openStore(config, { readOnly: !write });
  const office = createOffice({ store, config: () => config, now });
  const faults = createFaultOffice({ store, ledger: office.desk, config: () => config, now });
  const keep = async (files: readonly string[], attach: Office['attach']): Promise<AttachmentRef[]> => {
    const contents = await Promise.all(files.map(readAttachment));
    return Promise.all(contents.map((content, index) => attach(basename(files[index] ?? ''), content)));
  };
  return {
    ...office,
    textsOf,
    importExclusions: (actor, inputs) => importExclusions(office.desk, actor, inputs),
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
    throw new Refused([refuse('attach', what, `files of at most ${maxAttachmentBytes} bytes`)]);
  } catch (error) {
    if (error instanceof Refused) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw new Refused([
      refuse('attach', `${file} can't be read (${code ?? String(error)})`, 'a readable file'),
    ]);
  }
}

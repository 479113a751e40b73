import { basename } from 'node:path';
import { open, stat } from 'node:fs/promises';
import type { Config } from '../config/config.js';
import type { AttachmentRef } from '../core/ledger/actions.js';
import { refuse } from '../core/ledger/refusal.js';
import type { EpochMs } from '../core/types.js';
import { audit, type Audit } from '../engine/ledger/audit.js';
import { createDesk, type Desk } from '../engine/ledger/desk.js';
import { Refused } from '../engine/ledger/enter.js';
import { textsOf } from '../engine/ledger/entry.js';
import { impactOf, type Impact } from '../engine/month/impact.js';
import { judgeStored } from '../engine/month/judge.js';
import type { MonthJudgement } from '../core/statement/judge.js';
import { sha256 } from '../seal/hash.js';
import { maxAttachmentBytes } from '../store/ledger-store.js';
import { openSqliteStore } from '../store/sqlite/open.js';
import { readStore } from './read-store.js';

export interface LedgerOptions {
  readonly config: Config;
  readonly now: () => EpochMs;
  /** Opens the store for writing, beside a daemon or without one; reading leaves everything as it is. */
  readonly write: boolean;
}

/** The ledger and the months that stand on it, from a store that is opened for this alone. */
export interface OpenLedger {
  readonly desk: Desk;
  readonly textsOf: typeof textsOf;
  /** Keeps the files. */
  attach(files: readonly string[]): Promise<AttachmentRef[]>;
  impact(id: string): Promise<Impact[]>;
  month(name: string): Promise<MonthJudgement[]>;
  audit(expectedHead?: string): Promise<Audit>;
  close(): Promise<void>;
}

/** Rejects with `StoreFault`. */
export async function openLedger({ config, now, write }: LedgerOptions): Promise<OpenLedger> {
  const store = write ? await openSqliteStore({ path: config.store.path }) : await readStore(config);
  const desk = createDesk({ store, config: () => config, now });
  return {
    desk,
    textsOf,
    attach: async (files) => {
      const read = await Promise.all(files.map(readAttachment));
      for (const { ref, content } of read)
        await store.attachments.put({ sha256: ref.sha256, content, at: now() });
      return read.map(({ ref }) => ref);
    },
    impact: async (id) => impactOf(await desk.exclusion(id), { store, config, now: now() }),
    month: (name) => judgeStored({ store, config, now: now() }, name),
    audit: (expectedHead) => audit(store, expectedHead),
    close: () => store.close(),
  };
}

async function readAttachment(file: string): Promise<{ ref: AttachmentRef; content: Buffer }> {
  try {
    const { size } = await stat(file);
    if (size > maxAttachmentBytes) {
      const what = `${file} has ${size} bytes`;
      throw new Refused([refuse('attach', what, `files of at most ${maxAttachmentBytes} bytes`)]);
    }
    const handle = await open(file);
    try {
      const content = await handle.readFile();
      return { ref: { sha256: sha256(content), name: basename(file), bytes: content.byteLength }, content };
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof Refused) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw new Refused([
      refuse('attach', `${file} can't be read (${code ?? String(error)})`, 'a readable file'),
    ]);
  }
}

import { resolve } from 'node:path';
import type { EpochMs } from '../../core/types.js';
import type { ForwardStore } from '../forward-store.js';
import type { Store } from '../store.js';
import type { WriterName } from '../writer-lock.js';
import { accessStore } from './access/access.js';
import { connect } from './connect.js';
import { connection } from './database.js';
import { faultStore } from './fault-reports/events.js';
import { suggestionStore } from './fault-reports/suggestions.js';
import { attachmentStore } from './ledger/attachments.js';
import { forwardStore } from './forward/forward.js';
import { ledgerStore } from './ledger/events.js';
import { measuredByQuery } from './measured-by.js';
import { monthSumsQuery } from './month-sums.js';
import { outboxStore } from './notify/outbox.js';
import { targetStore } from './notify/targets.js';
import { pathStore } from './paths.js';
import { roundList } from './round-list.js';
import { roundPut } from './round-put.js';
import { roundReads } from './round-reads.js';
import { rowStore } from './rows/rows.js';
import { runStore } from './runs.js';
import { contactStore } from './statements/contacts.js';
import { statementStore } from './statements/statements.js';
import { upkeepStore } from './upkeep.js';
import { watchStore } from './watch/watch.js';

export interface SqliteStoreOptions {
  /** The database file; its folder is made where it is missing. */
  readonly path: string;
  /** Reads only, beside a daemon that writes. A missing file is then a fault. */
  readonly readOnly?: boolean;
  /** How long another process's lock is waited for, at opening with the event loop held up. 2 s by default. */
  readonly busyTimeoutMs?: number;
  /** Files up to this size are checked whole at opening. 32 MiB by default. */
  readonly checkUpToBytes?: number;
  /** Nothing is durable before the store is closed: for filling a file that gets its name afterwards. */
  readonly bulk?: boolean;
  /** Of rounds of slots before this no packets are kept, as if their retention had passed. */
  readonly packetsFrom?: EpochMs;
  /** Holds the writer's lock until it is closed: a daemon. Without, it writes beside whoever holds it. */
  readonly writer?: WriterName;
}

/** What an agent keeps: it can say what of it its hub has not got yet. */
export interface SqliteStore extends Store {
  readonly forward: ForwardStore;
}

/** Opens the store in an SQLite file, and brings its schema up to date. Rejects with `StoreFault`. */
export function openSqliteStore(options: SqliteStoreOptions): Promise<SqliteStore> {
  return new Promise((done) => {
    const file = resolve(options.path);
    const patienceMs = options.busyTimeoutMs ?? 2000;
    const { db, lock } = connect({
      file,
      readOnly: options.readOnly ?? false,
      busyTimeoutMs: patienceMs,
      checkUpToBytes: options.checkUpToBytes ?? 32 * 2 ** 20,
      writer: options.writer ?? null,
    });
    const on = connection(db, file, { bulk: options.bulk ?? false, patienceMs });
    const store: SqliteStore = {
      rounds: {
        ...roundPut(on, options.packetsFrom),
        ...roundList(on),
        ...roundReads(on),
        ...monthSumsQuery(on),
        ...measuredByQuery(on),
      },
      paths: pathStore(on),
      runs: runStore(on),
      watch: watchStore(on),
      ledger: ledgerStore(on),
      statements: statementStore(on),
      contacts: contactStore(on),
      attachments: attachmentStore(on),
      access: accessStore(on),
      faults: faultStore(on),
      suggestions: suggestionStore(on),
      targets: targetStore(on),
      outbox: outboxStore(on),
      rows: rowStore(on),
      forward: forwardStore(on),
      upkeep: upkeepStore(on),
      close: async () => {
        await on.close();
        await lock?.release();
      },
    };
    // From here on who waits for a lock does so between turns of the event loop.
    db.pragma('busy_timeout = 0');
    done(store);
  });
}

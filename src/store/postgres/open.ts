import { postgresName } from '../../core/address/postgres.js';
import type { Store } from '../store.js';
import { accessStore } from './access/access.js';
import { addressOf, connect } from './connect.js';
import { connection } from './database.js';
import { faultStore } from './fault-reports/events.js';
import { suggestionStore } from './fault-reports/suggestions.js';
import { attachmentStore } from './ledger/attachments.js';
import { ledgerStore } from './ledger/events.js';
import { migrate, requireCurrentSchema } from './migrate.js';
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
import type { WriterLock } from '../writer-lock.js';
import { upkeepStore } from './upkeep.js';
import { watchStore } from './watch/watch.js';
import { takeWriterLock, type WriterLockOptions } from './writer-lock.js';

export interface PostgresStoreOptions {
  /** `postgres://user@host:port/database`, with what `parsePostgresUrl` knows behind it. */
  readonly url: string;
  /** A file with the password alone. */
  readonly passwordFile?: string | null;
  /** Reads only, and leaves the schema as it is. */
  readonly readOnly?: boolean;
  /** Holds the lock of who measures as this agent until it is closed. Without, it writes beside whoever holds it. */
  readonly writer?: Pick<WriterLockOptions, 'agent' | 'writer' | 'onHeldByOther'>;
}

/** Opens the store in a PostgreSQL database (15 or newer), and brings its schema up to date. Rejects with `StoreFault`. */
export async function openPostgresStore(options: PostgresStoreOptions): Promise<Store> {
  const { url, passwordFile = null, readOnly = false, writer } = options;
  // One of them writes, one holds the lock, the others read.
  const pool = connect({ url, passwordFile, connections: writer ? 5 : 4 });
  const name = postgresName(addressOf(url));
  let lock: WriterLock | null = null;
  try {
    lock = writer ? await takeWriterLock({ ...writer, pool, name }) : null;
    await (readOnly ? requireCurrentSchema(pool, name) : migrate(pool, name));
  } catch (error) {
    await lock?.release();
    await pool.end();
    throw error;
  }
  const on = connection(pool, name, readOnly);
  return {
    rounds: {
      ...roundPut(on),
      ...roundList(on),
      ...roundReads(on),
      ...monthSumsQuery(on),
      ...measuredByQuery(on),
    },
    paths: pathStore(on),
    runs: runStore(on),
    watch: watchStore(on),
    ledger: ledgerStore(on),
    attachments: attachmentStore(on),
    access: accessStore(on),
    faults: faultStore(on),
    suggestions: suggestionStore(on),
    targets: targetStore(on),
    outbox: outboxStore(on),
    statements: statementStore(on),
    contacts: contactStore(on),
    rows: rowStore(on),
    upkeep: upkeepStore(on),
    close: async () => {
      const closed = on.close();
      await on.drained();
      await lock?.release();
      await closed;
    },
  };
}

import type Database from 'better-sqlite3';
import type { LedgerEvent } from '../../../core/ledger/actions.js';
import { followsHead, ledgerSql, rowOf } from '../../rows/ledger.js';

/** Appends events at the head, within the caller's transaction: all of them, or none and `moved`. */
export function ledgerAppend(db: Database.Database): (events: readonly LedgerEvent[]) => 'stored' | 'moved' {
  const last = db.prepare<[], Pick<LedgerEvent, 'seq' | 'hash'>>(ledgerSql.last);
  const add = db.prepare(ledgerSql.add);
  return (events) => {
    if (!followsHead(last.get(), events)) return 'moved';
    for (const event of events) add.run(rowOf(event));
    return 'stored';
  };
}

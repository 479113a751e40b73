import { eventOf, ledgerSql, type LedgerRow } from '../../rows/ledger.js';
import type { LedgerStore } from '../../ledger-store.js';
import type { Connection } from '../database.js';
import { ledgerAppend } from './append.js';

export function ledgerStore({ db, read, write }: Connection): LedgerStore {
  const append = ledgerAppend(db);
  const after = db.prepare<object, LedgerRow>(ledgerSql.after);
  return {
    append: (events) => write(() => append(events)),
    events: ({ after: seq = 0, limit = Number.MAX_SAFE_INTEGER } = {}) =>
      read(() => after.all({ after: seq, limit }).map(eventOf)),
  };
}

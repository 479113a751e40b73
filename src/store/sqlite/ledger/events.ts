import { eventOf, type LedgerRow } from '../../ledger-row.js';
import type { LedgerStore } from '../../ledger-store.js';
import type { Connection } from '../database.js';
import { ledgerAppend } from './append.js';

export function ledgerStore({ db, read, write }: Connection): LedgerStore {
  const append = ledgerAppend(db);
  const after = db.prepare<[number, number], LedgerRow>(
    'SELECT seq, at, actor, action, previous, hash FROM ledger WHERE seq > ? ORDER BY seq LIMIT ?',
  );
  return {
    append: (events) => write(() => append(events)),
    events: (query = {}) => read(() => after.all(query.after ?? 0, query.limit ?? -1).map(eventOf)),
  };
}

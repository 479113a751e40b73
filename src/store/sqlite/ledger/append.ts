import type Database from 'better-sqlite3';
import type { LedgerEvent } from '../../../core/ledger/actions.js';

/** Appends events at the head, within the caller's transaction: all of them, or none and `moved`. */
export function ledgerAppend(db: Database.Database): (events: readonly LedgerEvent[]) => 'stored' | 'moved' {
  const last = db.prepare<[], Pick<LedgerEvent, 'seq' | 'hash'>>(
    'SELECT seq, hash FROM ledger ORDER BY seq DESC LIMIT 1',
  );
  const add = db.prepare(
    'INSERT INTO ledger (seq, at, actor, action, previous, hash) VALUES (?, ?, ?, ?, ?, ?)',
  );
  return (events) => {
    let head = last.get() ?? { seq: 0, hash: events[0]?.previous ?? '' };
    for (const { seq, previous, hash } of events) {
      if (seq !== head.seq + 1 || previous !== head.hash) return 'moved';
      head = { seq, hash };
    }
    for (const { seq, at, actor, action, previous, hash } of events)
      add.run(seq, at, actor, JSON.stringify(action), previous, hash);
    return 'stored';
  };
}

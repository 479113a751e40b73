import type { LedgerEvent } from '../../../core/ledger/actions.js';
import { eventOf, type LedgerRow } from '../../ledger-row.js';
import type { LedgerStore } from '../../ledger-store.js';
import type { Connection } from '../database.js';

export function ledgerStore({ db, read, write }: Connection): LedgerStore {
  const last = db.prepare<[], Pick<LedgerEvent, 'seq' | 'hash'>>(
    'SELECT seq, hash FROM ledger ORDER BY seq DESC LIMIT 1',
  );
  const add = db.prepare(
    'INSERT INTO ledger (seq, at, actor, action, previous, hash) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const after = db.prepare<[number, number], LedgerRow>(
    'SELECT seq, at, actor, action, previous, hash FROM ledger WHERE seq > ? ORDER BY seq LIMIT ?',
  );
  return {
    append: (events) =>
      write(() => {
        let head = last.get() ?? { seq: 0, hash: events[0]?.previous ?? '' };
        for (const { seq, previous, hash } of events) {
          if (seq !== head.seq + 1 || previous !== head.hash) return 'moved';
          head = { seq, hash };
        }
        for (const { seq, at, actor, action, previous, hash } of events)
          add.run(seq, at, actor, JSON.stringify(action), previous, hash);
        return 'stored';
      }),
    events: (query = {}) => read(() => after.all(query.after ?? 0, query.limit ?? -1).map(eventOf)),
  };
}

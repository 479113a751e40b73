import { eventOf, type LedgerRow } from '../../ledger-row.js';
import type { LedgerStore } from '../../ledger-store.js';
import type { Connection } from '../database.js';
import { locks } from '../locks.js';

export function ledgerStore({ read, write }: Connection): LedgerStore {
  return {
    append: (events) =>
      write(async (query) => {
        await query('SELECT pg_advisory_xact_lock($1)', [locks.ledger]);
        const [last] = await query<{ seq: number; hash: string }>(
          'SELECT seq, hash FROM ledger ORDER BY seq DESC LIMIT 1',
        );
        let head = last ?? { seq: 0, hash: events[0]?.previous ?? '' };
        for (const { seq, previous, hash } of events) {
          if (seq !== head.seq + 1 || previous !== head.hash) return 'moved';
          head = { seq, hash };
        }
        for (const { seq, at, actor, action, previous, hash } of events) {
          await query(
            'INSERT INTO ledger (seq, at, actor, action, previous, hash) VALUES ($1, $2, $3, $4, $5, $6)',
            [seq, at, actor, JSON.stringify(action), previous, hash],
          );
        }
        return 'stored';
      }),
    async events(query = {}) {
      const rows = await read<LedgerRow>(
        'SELECT seq, at, actor, action, previous, hash FROM ledger WHERE seq > $1 ORDER BY seq LIMIT $2',
        [query.after ?? 0, query.limit ?? null],
      );
      return rows.map(eventOf);
    },
  };
}

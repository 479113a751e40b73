import type { EpochMs } from '../../../core/types.js';
import { eventOf, type LedgerRow } from '../../rows/ledger.js';
import {
  outageName,
  outagesSpokenOf,
  watchRowsAtOnce,
  watchSweeps,
  type OutageKey,
} from '../../watch-sweep.js';
import type { Connection } from '../database.js';

/** Deletes what the watch wrote before an instant; resolves to how many rows went. */
export function watchSweeper({ read, write }: Connection): (before: EpochMs) => Promise<number> {
  return async (before) => {
    let removed = 0;
    for (const sql of watchSweeps(before)) {
      for (let batch = watchRowsAtOnce; batch === watchRowsAtOnce; removed += batch)
        batch = (await write((query) => query(`${sql} RETURNING 1`))).length;
    }
    const kept = outagesSpokenOf(
      (await read<LedgerRow>(`SELECT * FROM ledger WHERE action LIKE '%"of":{%'`)).map(eventOf),
    );
    const sweepAfter = ({ start, observer, port }: OutageKey): Promise<OutageKey | undefined> =>
      write(async (query) => {
        const keys = await query<OutageKey>(
          `SELECT observer, port, start_at AS start FROM outage
           WHERE coalesce(end_at, voided_at) < $1 AND (start_at, observer, port) > ($2, $3, $4)
           ORDER BY start_at, observer, port LIMIT $5`,
          [before, start, observer, port, watchRowsAtOnce],
        );
        // What was inferred in it goes along.
        for (const key of keys.filter((one) => !kept.has(outageName(one)))) {
          const gone = await query(
            'DELETE FROM outage WHERE observer = $1 AND port = $2 AND start_at = $3 RETURNING 1',
            [key.observer, key.port, key.start],
          );
          removed += gone.length;
        }
        return keys.at(-1);
      });
    const first = { start: Number.MIN_SAFE_INTEGER, observer: '', port: '' };
    for (let last: OutageKey | undefined = first; last;) last = await sweepAfter(last);
    return removed;
  };
}

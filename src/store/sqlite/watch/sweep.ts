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
export function watchSweeper({ db, write }: Connection): (before: EpochMs) => Promise<number> {
  const spoken = db.prepare<[], LedgerRow>(`SELECT * FROM ledger WHERE action LIKE '%"of":{%'`);
  const ended = db.prepare<[EpochMs, EpochMs, string, string, number], OutageKey>(
    `SELECT observer, port, start_at AS start FROM outage
     WHERE coalesce(end_at, voided_at) < ? AND (start_at, observer, port) > (?, ?, ?)
     ORDER BY start_at, observer, port LIMIT ?`,
  );
  // What was inferred in it goes along.
  const forget = db.prepare<OutageKey>(
    'DELETE FROM outage WHERE observer = @observer AND port = @port AND start_at = @start',
  );
  return async (before) => {
    let removed = 0;
    for (const sql of watchSweeps(before)) {
      const statement = db.prepare(sql);
      for (let batch = watchRowsAtOnce; batch === watchRowsAtOnce; removed += batch)
        batch = await write(() => statement.run().changes);
    }
    const kept = outagesSpokenOf(spoken.all().map(eventOf));
    const sweepAfter = ({ start, observer, port }: OutageKey): Promise<OutageKey | undefined> =>
      write(() => {
        const keys = ended.all(before, start, observer, port, watchRowsAtOnce);
        for (const key of keys) if (!kept.has(outageName(key))) removed += forget.run(key).changes;
        return keys.at(-1);
      });
    const first = { start: Number.MIN_SAFE_INTEGER, observer: '', port: '' };
    for (let last: OutageKey | undefined = first; last;) last = await sweepAfter(last);
    return removed;
  };
}

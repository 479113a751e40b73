import type { EpochMs } from '../../core/types.js';
import type { MeasuredBy, RoundStore } from '../store.js';
import type { Connection } from './database.js';

/** So much is walked at one time: the event loop waits some tens of milliseconds for a large mesh, not for its month. */
const stepMs = 12 * 3_600_000;

/** Rounds lie in the order of their slots: a month is one walk over them, in steps. */
export function measuredByQuery({ db, read }: Connection): Pick<RoundStore, 'measuredBy'> {
  const taken = db.prepare<[EpochMs, EpochMs], MeasuredBy>(
    `SELECT path.name AS path, driver, stamps, rounds
     FROM (SELECT path_id, driver, stamps, count(*) AS rounds FROM round
           WHERE slot >= ? AND slot < ? AND status = 'ok' GROUP BY path_id, driver, stamps)
     JOIN path ON path.id = path_id`,
  );
  return {
    async measuredBy(from, to) {
      const all = new Map<string, MeasuredBy>();
      for (let start = from; start < to; start += stepMs) {
        for (const row of await read(() => taken.all(start, Math.min(to, start + stepMs)))) {
          const key = `${row.path} ${row.driver} ${row.stamps}`;
          all.set(key, { ...row, rounds: row.rounds + (all.get(key)?.rounds ?? 0) });
        }
        await new Promise(setImmediate);
      }
      return [...all].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
    },
  };
}

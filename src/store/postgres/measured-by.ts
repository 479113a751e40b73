import type { MeasuredBy, RoundStore } from '../store.js';
import type { Connection } from './database.js';

/** How rounds were taken: the database counts. */
export function measuredByQuery({ read }: Connection): Pick<RoundStore, 'measuredBy'> {
  return {
    measuredBy: (from, to) =>
      read<MeasuredBy>(
        `SELECT path.name AS path, driver, stamps, rounds
         FROM (SELECT path_id, driver COLLATE "C" AS driver, stamps COLLATE "C" AS stamps, count(*) AS rounds FROM round
               WHERE slot >= $1 AND slot < $2 AND status = 'ok' GROUP BY 1, 2, 3) AS taken
         JOIN path ON path.id = path_id ORDER BY path.name, driver, stamps`,
        [from, to],
      ),
  };
}

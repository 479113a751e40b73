import type { PopId } from '../../../core/types.js';
import type { ForwardDepth, ForwardLine, ForwardStore } from '../../forward-store.js';
import type { Connection } from '../database.js';
import { slotLine, watchLine } from './lines.js';
import {
  addTriggers,
  dropTriggers,
  fillings,
  hasTriggers,
  unforwarded,
  type ForwardedTable,
} from './triggers.js';

const tableOf: Record<ForwardLine, string> = { slots: 'forward_slot', watch: 'forward_watch' };
const everything = { from: Number.MIN_SAFE_INTEGER, to: Number.MAX_SAFE_INTEGER };

export function forwardStore({ db, read, write }: Connection): ForwardStore {
  let pop: PopId = '';
  const filling = fillings();
  const lines = { slots: slotLine(db), watch: watchLine(db) };
  const doneWith = {
    slots: db.prepare<[number]>('DELETE FROM forward_slot WHERE number = ?'),
    watch: db.prepare<[number]>('DELETE FROM forward_watch WHERE number = ?'),
  };
  const latest = db.prepare<[string], number>('SELECT seq FROM sqlite_sequence WHERE name = ?').pluck();
  const count = db.prepare<[], ForwardDepth>(
    `SELECT (SELECT count(*) FROM forward_slot) AS slots, (SELECT count(*) FROM forward_watch) AS watch,
       ifnull((SELECT slot FROM forward_slot ORDER BY number LIMIT 1),
         (SELECT nullif(at, 0) FROM forward_watch ORDER BY number LIMIT 1)) AS oldestAt`,
  );
  const fill = (
    time: { readonly from: number; readonly to: number },
    tables: ReadonlySet<ForwardedTable> | null = null,
  ): number => {
    let added = 0;
    for (const [table, sql] of filling)
      if (tables === null || tables.has(table)) added += db.prepare(sql).run({ ...time, pop }).changes;
    return added;
  };
  return {
    start: (own) =>
      write(() => {
        pop = own;
        const without = unforwarded(db);
        addTriggers(db, without);
        return fill(everything, without);
      }),
    stop: () =>
      write(() => {
        if (!hasTriggers(db)) return;
        dropTriggers(db);
        db.exec('DELETE FROM forward_slot; DELETE FROM forward_watch');
      }),
    latest: (line) => read(() => latest.get(tableOf[line]) ?? 0),
    next: (query) => read(() => lines[query.line](query, pop)),
    done: (line, numbers) =>
      write(() => {
        for (const number of numbers) doneWith[line].run(number);
      }),
    depth: () => read(() => count.get() ?? { slots: 0, watch: 0, oldestAt: null }),
    again: (from, to) => write(() => fill({ from, to })),
  };
}

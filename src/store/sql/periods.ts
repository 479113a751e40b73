import type { PeriodChange } from '../statement-store.js';
import { change, first, type Script, type SqlDatabase } from './database.js';

export const lockedMonths = (db: SqlDatabase) =>
  db.from
    .selectFrom('period_lock')
    .select(['month', 'at', 'locked_by as by', 'principal', 'note'])
    .orderBy('month');

/**
 * Locks or unlocks a month within the caller's transaction, under the lock of statements. Returns false where it is
 * locked already, or is not, and where a batch of its postings is neither confirmed nor withdrawn.
 */
export function* periodChange(db: SqlDatabase, made: PeriodChange): Script<boolean> {
  if ('unlock' in made)
    return (yield* change(db.from.deleteFrom('period_lock').where('month', '=', made.unlock))) === 1;
  const { month, at, by, principal, note } = made.lock;
  if (yield* first(lockedMonths(db).where('month', '=', month))) return false;
  const open = db.from
    .selectFrom('credit_batch')
    .select('id')
    .where('state', 'in', ['made', 'fetched'])
    .where('posting_date', 'like', `${month}-%`)
    .limit(1);
  if (yield* first(open)) return false;
  yield* change(db.from.insertInto('period_lock').values({ month, at, locked_by: by, principal, note }));
  return true;
}

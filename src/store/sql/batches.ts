import type { Batch, BatchContent, BatchSummary, CurrencyTotal } from '../../core/billing/batch.js';
import type { BatchChange, BatchStore } from '../statement-store.js';
import { periodOf } from '../../core/billing/periods.js';
import { all, change, first, prepare, type Script, type SqlDatabase } from './database.js';
import { lockedMonths } from './periods.js';

/** Changes of batches, to be run within the caller's transaction, under the lock of statements. */
interface BatchChanges {
  /**
   * Returns false when the batch or the numbers of its notes are not the next, its posting date lies in a locked month,
   * or it is in another state.
   */
  change(change: BatchChange): Script<boolean>;
}

interface SummaryRow extends Omit<BatchSummary, 'totals'> {
  readonly totals: string;
}

const summaryOf = <Row extends SummaryRow>({ totals, ...row }: Row) => ({
  ...row,
  totals: JSON.parse(totals) as CurrencyTotal[],
});

const summaries = (db: SqlDatabase) =>
  db.from
    .selectFrom('credit_batch')
    .select([
      'id',
      'number',
      'state',
      'mapping',
      'file',
      'month',
      'posting_date as postingDate',
      'totals',
      'hash',
    ])
    .select(['created_at as createdAt', 'created_by as createdBy', 'fetched_at as fetchedAt'])
    .select(['ended_at as endedAt', 'ended_by as endedBy', 'note']);

const lastNumber = (db: SqlDatabase) =>
  prepare(({ issuer, year }: { readonly issuer: string; readonly year: string }) =>
    db.from
      .selectFrom('credit_note')
      .select(({ fn }) => fn.max('number').as('last'))
      .where('issuer', '=', issuer)
      .where('year', '=', year),
  );

const nextBatch = (db: SqlDatabase) =>
  db.from
    .selectFrom('credit_batch')
    .select(({ eb, fn, lit }) => eb(fn.coalesce(fn.max('number'), lit(0)), '+', lit(1)).as('next'));

export function batchStore(db: SqlDatabase): BatchStore {
  const last = lastNumber(db);
  return {
    async list({ states, before, limit = Number.MAX_SAFE_INTEGER } = {}) {
      const rows = await db.read(
        summaries(db)
          .$if(states !== undefined, (query) => query.where('state', 'in', states ?? []))
          .$if(before !== undefined, (query) => query.where('number', '<', before ?? 0))
          .orderBy('number', 'desc')
          .limit(limit),
      );
      return rows.map(summaryOf);
    },
    async get(id): Promise<Batch | null> {
      const [row] = await db.read(summaries(db).select('content').where('id', '=', id));
      if (!row) return null;
      const { content, ...summary } = row;
      return { ...summaryOf(summary), content: JSON.parse(content) as BatchContent };
    },
    async bytes(id) {
      const [row] = await db.read(db.from.selectFrom('credit_batch').select('bytes').where('id', '=', id));
      return row?.bytes ?? null;
    },
    async next() {
      const [row] = await db.read(nextBatch(db));
      return row?.next ?? 1;
    },
    async lastNote(issuer, year) {
      const [row] = await db.read(last({ issuer, year }));
      return row?.last ?? null;
    },
    async batchOfNote(note) {
      const [row] = await db.read(db.from.selectFrom('credit_note').select('batch').where('id', '=', note));
      return row?.batch ?? null;
    },
  };
}

export function batchChanges(db: SqlDatabase): BatchChanges {
  const last = lastNumber(db);
  const add = function* ({
    add: batch,
    bytes,
  }: Extract<BatchChange, { readonly add: unknown }>): Script<boolean> {
    if ((yield* first(nextBatch(db)))?.next !== batch.number) return false;
    const { number, id, state, mapping, file, month, hash } = batch;
    if (yield* first(lockedMonths(db).where('month', '=', periodOf(batch.postingDate)))) return false;
    yield* change(
      db.from.insertInto('credit_batch').values({
        number,
        id,
        state,
        mapping,
        file,
        month,
        posting_date: batch.postingDate,
        totals: JSON.stringify(batch.totals),
        hash,
        content: JSON.stringify(batch.content),
        bytes,
        created_at: batch.createdAt,
        created_by: batch.createdBy,
      }),
    );
    for (const note of batch.content.notes) {
      const { year, billTo, currency, gross } = note;
      const issuer = note.issuer.id;
      const used = (yield* all(last({ issuer, year })))[0]?.last ?? null;
      if (used !== null && note.number !== used + 1) return false;
      yield* change(
        db.from.insertInto('credit_note').values({
          issuer,
          year,
          number: note.number,
          id: note.id,
          batch: id,
          bill_to: billTo.id,
          month: note.month,
          currency,
          gross,
        }),
      );
    }
    return true;
  };
  return {
    *change(made) {
      if ('add' in made) return yield* add(made);
      const { id, from, to, at, by, note } = made;
      const end = to === 'fetched' ? { fetched_at: at } : { ended_at: at, ended_by: by, note };
      const moved = db.from
        .updateTable('credit_batch')
        .set({ state: to, ...end })
        .where('id', '=', id)
        .where('state', 'in', from);
      return (yield* change(moved)) === 1;
    },
  };
}

import { type CreditFacts, creditId, type CreditRow } from '../../core/billing/credit.js';
import type { EpochMs } from '../../core/types.js';
import type { CreditChange, CreditQuery } from '../statement-store.js';
import type { Expression, ExpressionBuilder, SqlBool } from './kysely.js';
import type { Tables } from './tables.js';
import { change, first, given, type Script, type SqlDatabase } from './database.js';

/** The draft revision that a credit follows from. */
interface DraftKey {
  readonly statement: string;
  readonly revision: number;
  readonly at: EpochMs;
}

/** Queries of credits, and changes to be run within the caller's transaction, under the lock of statements. */
interface CreditQueries {
  find(query: CreditQuery): Promise<CreditRow[]>;
  /** Creates, changes or drops (null) the credit of a draft revision. */
  putDraft(of: DraftKey, facts: CreditFacts | null): Script<void>;
  /** Returns false when the credit does not exist or has another status. */
  change(change: CreditChange): Script<boolean>;
}

export function creditQueries(db: SqlDatabase): CreditQueries {
  const credits = db.from
    .selectFrom('credit')
    .select(['id', 'statement', 'revision', 'kind', 'reverses as of', 'month', 'service', 'customer', 'site'])
    .select(['currency', 'gross', 'tax', 'net', 'claim_by as claimBy', 'status', 'created_at as createdAt'])
    .select(['changed_at as changedAt', 'cursor', 'note', 'reminded_at as remindedAt', 'batch']);
  const next = (column: 'number' | 'cursor') =>
    db.from
      .selectFrom('credit')
      .select(({ eb, fn, lit }) => eb(fn.coalesce(fn.max(column), lit(0)), '+', lit(1)).as('next'));
  /** Rows are never deleted, so no number is given twice. */
  const nextNumber = function* (): Script<number> {
    return (yield* first(next('number')))?.next ?? 1;
  };
  const insert = (
    { of, claimBy, ...facts }: CreditFacts,
    row: { number: number; id: string; status: CreditRow['status']; at: EpochMs; inFeed: boolean },
  ) =>
    db.from.insertInto('credit').values({
      ...facts,
      reverses: of,
      claim_by: claimBy,
      number: row.number,
      id: row.id,
      status: row.status,
      created_at: row.at,
      changed_at: row.at,
      cursor: row.inFeed ? next('cursor') : 0,
    });
  const update = (id: string) => db.from.updateTable('credit').where('id', '=', id);
  return {
    find({ since, limit = Number.MAX_SAFE_INTEGER, ...query }) {
      const { id, statement, month, service, customer, status, batch, after } = query;
      const asked = credits.where(({ and }) =>
        and(given({ id, statement, month, service, customer, status, batch })),
      );
      if (since !== undefined)
        return db.read(asked.where('cursor', '>', since).orderBy('cursor').limit(limit));
      return db.read(
        asked
          .$if(after !== undefined, (rows) =>
            rows.where('number', '>', ({ selectFrom }) =>
              selectFrom('credit').select('number').where('id', '=', String(after)),
            ),
          )
          .orderBy('number')
          .limit(limit),
      );
    },
    *putDraft({ statement, revision, at }, facts) {
      const known = yield* first(
        db.from
          .selectFrom('credit')
          .select(['id', 'status'])
          .where(({ and }) => and({ statement, revision }))
          .where('kind', '<>', 'reversal'),
      );
      if (known && known.status !== 'draft' && known.status !== 'dropped') return;
      if (facts === null) {
        if (known)
          yield* change(
            update(known.id).set({ status: 'dropped', changed_at: at }).where('status', '=', 'draft'),
          );
      } else if (known) {
        const { kind, of, customer, site, currency, gross, tax, net, claimBy } = facts;
        const now = { kind, reverses: of, customer, site, currency, gross, tax, net, claim_by: claimBy };
        yield* change(update(known.id).set({ ...now, status: 'draft', changed_at: at }));
      } else {
        const number = yield* nextNumber();
        const id = creditId(facts.month, number);
        yield* change(insert(facts, { number, id, status: 'draft', at, inFeed: false }));
      }
    },
    *change(made) {
      if ('add' in made) {
        const { add, id, status, at } = made;
        yield* change(insert(add, { number: yield* nextNumber(), id, status, at, inFeed: true }));
        return true;
      }
      if ('remindedAt' in made)
        return (yield* change(update(made.id).set({ reminded_at: made.remindedAt }))) === 1;
      const { id, from, to, at, note, feed, batch } = made;
      const moved = update(id)
        .set({ status: to, changed_at: at })
        .where('status', 'in', from)
        .where((where) => batchCondition(where, batch))
        .$if(batch !== undefined, (row) => row.set({ batch: batch && 'into' in batch ? batch.into : null }))
        .$if(note !== null, (row) => row.set({ note }))
        .$if(feed, (row) => row.set({ cursor: next('cursor') }));
      return (yield* change(moved)) === 1;
    },
  };
}

type CreditBatch = Extract<CreditChange, { readonly from: unknown }>['batch'];

/** A credit goes into a batch out of none, and out of the one that it is in. */
function batchCondition(where: ExpressionBuilder<Tables, 'credit'>, batch: CreditBatch): Expression<SqlBool> {
  if (batch === undefined) return where.lit(true);
  return 'into' in batch ? where('batch', 'is', null) : where('batch', '=', batch.outOf);
}

import type { StatementDocument } from '../../core/statement/document.js';
import type { StoredNames } from '../../core/statement/names.js';
import type { DraftStatement, StatementCommit, StatementStore } from '../statement-store.js';
import { batchChanges } from './batches.js';
import { creditQueries } from './credits.js';
import { change, first, given, prepare, savepoint, type Script, type SqlDatabase } from './database.js';
import { ledgerAppend } from './ledger.js';
import { outboxInsert } from './outbox.js';
import { lockedMonths, periodChange } from './periods.js';
import { placesOf, statementList } from './statement-list.js';

/** Undoes a change of statements that can't be made as a whole. */
class ConflictError extends Error {
  constructor(readonly outcome: 'moved' | 'conflict') {
    super(outcome);
  }
}

const withDocument = <Row extends { readonly document: string }>(row: Row) => ({
  ...row,
  document: JSON.parse(row.document) as StatementDocument,
});

export function statementStore(db: SqlDatabase): StatementStore {
  const appendToLedger = ledgerAppend(db);
  const credits = creditQueries(db);
  const batches = batchChanges(db);
  const addToOutbox = outboxInsert(db);
  const latest = prepare(({ id }: { id: string }) =>
    db.from
      .selectFrom('statement')
      .select(({ fn, lit }) => fn.coalesce(fn.max('revision'), lit(0)).as('revision'))
      .where('id', '=', id),
  );
  const latestRevision = function* (id: string): Script<number> {
    return (yield* first(latest({ id })))?.revision ?? 0;
  };
  const sealed = (id: string, revision?: number) =>
    db.from
      .selectFrom('statement')
      .select(['document', 'hash', 'key', 'signature', 'seal as sealedAt', 'sealed_by as sealedBy'])
      .where(({ and }) => and(given({ id, revision })))
      .orderBy('revision', 'desc')
      .limit(1);
  const insertNames = (id: string, revision: number, names: StoredNames) =>
    db.from
      .insertInto('statement_names')
      .values({ id, revision, names: JSON.stringify(names) })
      .onConflict((conflict) => conflict.doNothing());
  const clearChanged = (id: string) => db.from.deleteFrom('statement_changed').where('id', '=', id);

  const commit = function* (made: StatementCommit): Script<void> {
    if (made.events.length > 0 && (yield* appendToLedger(made.events)) === 'moved')
      throw new ConflictError('moved');
    yield* db.lock('statements');
    if (made.sealed) {
      const { document, sealedAt, sealedBy, ...seal } = made.sealed;
      const { id, revision, month, service, customer, previous } = document;
      if (revision !== (yield* latestRevision(id)) + 1) throw new ConflictError('conflict');
      if (revision > 1 && (yield* first(sealed(id)))?.hash !== previous) throw new ConflictError('conflict');
      const place = { id, revision, month, service, customer, previous, sealed_at: made.sealedAt ?? 0 };
      const text = JSON.stringify(document);
      const row = { ...place, ...seal, sealed_by: sealedBy, seal: sealedAt, document: text };
      yield* change(db.from.insertInto('statement').values(row));
      if (made.names) yield* change(insertNames(id, revision, made.names));
      yield* change(db.from.deleteFrom('statement_draft').where('id', '=', id));
      yield* change(clearChanged(id));
    }
    if (made.period && !(yield* periodChange(db, made.period))) throw new ConflictError('conflict');
    if (made.batch && !(yield* batches.change(made.batch))) throw new ConflictError('conflict');
    for (const each of made.credits ?? [])
      if (!(yield* credits.change(each))) throw new ConflictError('conflict');
    yield* addToOutbox(made.outbox ?? []);
  };

  return {
    putDraft: ({ document, hash, at }, credit) =>
      db.write(function* () {
        const { id, month, service, customer, revision } = document;
        yield* db.lock('statements');
        if (revision <= (yield* latestRevision(id))) return;
        const text = JSON.stringify(document);
        yield* change(
          db.from
            .insertInto('statement_draft')
            .values({ id, month, service, customer, revision, hash, at, document: text })
            .onConflict((conflict) =>
              conflict.column('id').doUpdateSet(({ ref }) => ({
                month: ref('excluded.month'),
                service: ref('excluded.service'),
                customer: ref('excluded.customer'),
                revision: ref('excluded.revision'),
                hash: ref('excluded.hash'),
                at: ref('excluded.at'),
                document: ref('excluded.document'),
              })),
            ),
        );
        yield* credits.putDraft({ statement: id, revision, at }, credit);
      }),
    async draft(id): Promise<DraftStatement | null> {
      const [row] = await db.read(
        db.from.selectFrom('statement_draft').select(['document', 'hash', 'at']).where('id', '=', id),
      );
      return row ? withDocument(row) : null;
    },
    async sealed(id, revision) {
      const [row] = await db.read(sealed(id, revision));
      return row ? withDocument(row) : null;
    },
    async names(id, revision) {
      const query = db.from.selectFrom('statement_names').select('names');
      const [row] = await db.read(query.where('id', '=', id).where('revision', '=', revision));
      return row ? (JSON.parse(row.names) as StoredNames) : null;
    },
    unnamed: () =>
      db.read(
        db.from
          .selectFrom('statement')
          .leftJoin('statement_names as named', (join) =>
            join.onRef('named.id', '=', 'statement.id').onRef('named.revision', '=', 'statement.revision'),
          )
          .where('named.id', 'is', null)
          .select(['statement.id', 'statement.revision'])
          .orderBy('statement.id')
          .orderBy('statement.revision'),
      ),
    putNames: async (id, revision, names) => {
      await db.change(insertNames(id, revision, names));
    },
    list: statementList(db),
    commit: (made) =>
      db.write(function* () {
        try {
          yield* savepoint(() => commit(made));
          return 'stored';
        } catch (error) {
          if (error instanceof ConflictError) return error.outcome;
          throw error;
        }
      }),
    credits: (query = {}) => credits.find(query),
    inTurn: (month, work) => db.inTurn(month, work),
    async closed(month) {
      const [row] = await db.read(db.from.selectFrom('month_closed').select('at').where('month', '=', month));
      return row?.at ?? null;
    },
    markClosed: (month, at, outbox = []) =>
      db.write(function* () {
        const closed = yield* change(
          db.from
            .insertInto('month_closed')
            .values({ month, at })
            .onConflict((conflict) => conflict.doNothing()),
        );
        if (closed === 1) yield* addToOutbox(outbox);
      }),
    standing: ({ from, to }) =>
      db.read(
        db.from
          .selectFrom(placesOf(db))
          .select(['month', 'service', 'state'])
          .where('revision', '=', 1)
          .where('month', '>=', from)
          .where('month', '<', to),
      ),
    locks: () => db.read(lockedMonths(db)),
    async markChanged(id, since) {
      if (since === null) {
        await db.change(clearChanged(id));
        return;
      }
      await db.change(
        db.from
          .insertInto('statement_changed')
          .values({ id, at: since.at, why: JSON.stringify(since.why) })
          .onConflict((conflict) =>
            conflict
              .column('id')
              .doUpdateSet(({ ref }) => ({ at: ref('excluded.at'), why: ref('excluded.why') })),
          ),
      );
    },
  };
}
